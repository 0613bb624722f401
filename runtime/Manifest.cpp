#include "runtime/Manifest.h"
#include "runtime/Error.h"
#include "runtime/Names.h"
#include "runtime/abi.h"
#include <algorithm>
#include <nlohmann/json.hpp>

namespace genfuse {
namespace {

using nlohmann::json;

/// A value of the document with the place where it stands.
class Reader {
public:
  Reader(const json &value, std::string place) : value_(value), place_(std::move(place)) {}

  [[noreturn]] void fail(const std::string &expected) const {
    throw Error("manifest: " + place_ + ": expected " + expected + ", got " + value_.dump());
  }

  /// Checks that the members of an object are these; it may have the optional ones as well.
  void members(std::initializer_list<const char *> names,
               std::initializer_list<const char *> optional = {}) const {
    auto known = [](std::initializer_list<const char *> list, const std::string &key) {
      return std::find(list.begin(), list.end(), key) != list.end();
    };
    if (!value_.is_object())
      fail("an object");
    for (const char *name : names)
      if (!value_.contains(name))
        throw Error("manifest: " + place_ + ": expected a member '" + name + "', got none");
    for (const auto &[key, member] : value_.items())
      if (!known(names, key) && !known(optional, key))
        throw Error("manifest: " + place_ + ": expected no member '" + key + "', got one");
  }

  Reader member(const char *name) const { return {value_.at(name), place_ + "." + name}; }

  std::vector<Reader> elements() const {
    if (!value_.is_array())
      fail("an array");
    std::vector<Reader> result;
    for (const json &element : value_)
      result.emplace_back(element, place_ + "[" + std::to_string(result.size()) + "]");
    return result;
  }

  std::string text() const { return value_.is_string() ? value_.get<std::string>() : (fail("a string"), ""); }
  bool boolean() const { return value_.is_boolean() ? value_.get<bool>() : (fail("true or false"), false); }
  double real() const { return value_.is_number() ? value_.get<double>() : (fail("a number"), 0); }
  int64_t integer() const {
    return value_.is_number_integer() ? value_.get<int64_t>() : (fail("an integer"), 0);
  }

  bool has(const char *name) const { return value_.contains(name); }
  bool isInteger() const { return value_.is_number_integer(); }
  bool isText() const { return value_.is_string(); }

private:
  const json &value_;
  std::string place_;
};

int readSymbol(const Reader &reader, const std::vector<std::string> &symbols) {
  auto found = std::find(symbols.begin(), symbols.end(), reader.text());
  if (found == symbols.end())
    reader.fail("a symbol");
  return static_cast<int>(found - symbols.begin());
}

Dimension readDimension(const Reader &reader, const std::vector<std::string> &symbols) {
  if (reader.isInteger())
    return {reader.integer(), {}};
  if (reader.isText())
    return {0, {{1, readSymbol(reader, symbols)}}};
  reader.members({"constant", "terms"});
  Dimension result{reader.member("constant").integer(), {}};
  for (const Reader &term : reader.member("terms").elements()) {
    const std::vector<Reader> pair = term.elements();
    if (pair.size() != 2)
      term.fail("a coefficient and a symbol");
    result.terms.push_back({pair[0].integer(), readSymbol(pair[1], symbols)});
  }
  return result;
}

ArraySpec readArray(const Reader &reader, const std::vector<std::string> &symbols) {
  reader.members({"name", "role", "type", "shape", "batched", "output"}, {"init", "offsets"});
  const Reader role = reader.member("role"), type = reader.member("type");
  const std::optional<Role> roleValue = roleFromName(role.text());
  if (!roleValue)
    role.fail("one of " + allRoleNames());
  const std::optional<ElementType> typeValue = typeFromName(type.text());
  if (!typeValue)
    type.fail("one of " + allTypeNames());
  ArraySpec spec{};
  spec.name = reader.member("name").text();
  spec.role = *roleValue;
  spec.type = *typeValue;
  spec.batched = reader.member("batched").boolean();
  spec.output = reader.member("output").boolean();
  for (const Reader &dimension : reader.member("shape").elements())
    spec.shape.push_back(readDimension(dimension, symbols));
  if (reader.has("init"))
    for (const Reader &value : reader.member("init").elements())
      spec.init.push_back(value.real());
  if (reader.has("offsets"))
    spec.offsets = reader.member("offsets").text();
  return spec;
}

SizeCheck readCheck(const Reader &reader, const std::vector<std::string> &symbols) {
  reader.members({"left", "right", "equal", "text", "place"});
  return {readDimension(reader.member("left"), symbols), readDimension(reader.member("right"), symbols),
          reader.member("equal").boolean(), reader.member("text").text(), reader.member("place").text()};
}

OffsetsCheck readOffsetsCheck(const Reader &reader, const std::vector<std::string> &symbols) {
  reader.members({"kind", "argument", "size", "text", "place"});
  const std::string kind = reader.member("kind").text();
  if (kind != "total" && kind != "longest")
    reader.member("kind").fail("'total' or 'longest'");
  return {kind == "total" ? OffsetsCheck::Kind::total : OffsetsCheck::Kind::longest,
          reader.member("argument").text(), readDimension(reader.member("size"), symbols),
          reader.member("text").text(), reader.member("place").text()};
}

json writeDimension(const Dimension &dimension, const std::vector<std::string> &symbols) {
  if (dimension.terms.empty())
    return dimension.constant;
  if (dimension.constant == 0 && dimension.terms.size() == 1 && dimension.terms[0].coefficient == 1)
    return symbols.at(dimension.terms[0].symbol);
  json terms = json::array();
  for (const Dimension::Term &term : dimension.terms)
    terms.push_back(json::array({term.coefficient, symbols.at(term.symbol)}));
  return {{"constant", dimension.constant}, {"terms", terms}};
}

} // namespace

json signatureToJson(const Signature &signature) {
  json arrays = json::array();
  for (const ArraySpec &spec : signature.arrays) {
    json shape = json::array();
    for (const Dimension &dimension : spec.shape)
      shape.push_back(writeDimension(dimension, signature.symbols));
    arrays.push_back({{"name", spec.name},
                      {"role", roleName(spec.role)},
                      {"type", typeName(spec.type)},
                      {"shape", shape},
                      {"batched", spec.batched},
                      {"output", spec.output}});
    if (!spec.init.empty())
      arrays.back()["init"] = spec.init;
    if (!spec.offsets.empty())
      arrays.back()["offsets"] = spec.offsets;
  }
  json checks = json::array();
  for (const SizeCheck &check : signature.checks)
    checks.push_back({{"left", writeDimension(check.left, signature.symbols)},
                      {"right", writeDimension(check.right, signature.symbols)},
                      {"equal", check.equal},
                      {"text", check.text},
                      {"place", check.place}});
  json result = {{"abi_version", GF_ABI_VERSION},
                 {"entry", signature.entry},
                 {"symbols", signature.symbols},
                 {"arrays", arrays}};
  if (!checks.empty())
    result["checks"] = checks;
  for (const OffsetsCheck &check : signature.offsets)
    result["offsets"].push_back({{"kind", check.kind == OffsetsCheck::Kind::total ? "total" : "longest"},
                                 {"argument", check.argument},
                                 {"size", writeDimension(check.size, signature.symbols)},
                                 {"text", check.text},
                                 {"place", check.place}});
  return result;
}

Signature signatureFromJson(const json &value) {
  const Reader reader(value, "signature");
  reader.members({"abi_version", "entry", "symbols", "arrays"}, {"checks", "offsets"});
  if (reader.member("abi_version").integer() != GF_ABI_VERSION)
    reader.member("abi_version").fail(std::to_string(GF_ABI_VERSION));
  Signature signature;
  signature.entry = reader.member("entry").text();
  for (const Reader &symbol : reader.member("symbols").elements())
    signature.symbols.push_back(symbol.text());
  for (const Reader &array : reader.member("arrays").elements())
    signature.arrays.push_back(readArray(array, signature.symbols));
  if (reader.has("checks"))
    for (const Reader &check : reader.member("checks").elements())
      signature.checks.push_back(readCheck(check, signature.symbols));
  if (reader.has("offsets"))
    for (const Reader &check : reader.member("offsets").elements())
      signature.offsets.push_back(readOffsetsCheck(check, signature.symbols));
  return signature;
}

} // namespace genfuse

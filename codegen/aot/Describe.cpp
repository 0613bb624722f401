// Arrays in comments of headers.
#include "codegen/aot/Headers.h"
#include "runtime/Binding.h"
#include "runtime/Names.h"

namespace genfuse::aot {

namespace {

std::string sizeText(const Dimension &dimension, const std::vector<std::string> &symbols) {
  std::string text;
  for (const Dimension::Term &term : dimension.terms) {
    const int64_t size = std::abs(term.coefficient);
    const char *sign = term.coefficient < 0 ? (text.empty() ? "-" : " - ") : (text.empty() ? "" : " + ");
    text += sign + (size == 1 ? "" : std::to_string(size) + " * ") + symbols[term.symbol];
  }
  if (text.empty())
    return std::to_string(dimension.constant);
  if (dimension.constant != 0)
    text += (dimension.constant < 0 ? " - " : " + ") + std::to_string(std::abs(dimension.constant));
  return text;
}

std::string kindText(const ArraySpec &spec) {
  switch (spec.role) {
  case Role::parameterGradient:
    return "accumulator: scale * gradient is added";
  case Role::elements:
    return "input: elements of the plate, increasing, filled up with its length";
  case Role::selected:
    return "input: which elements are drawn again";
  case Role::scoreGradient:
  case Role::returnGradient:
    return "input: cotangent";
  default:
    return spec.output ? "output" : "input";
  }
}

} // namespace

std::string fill(const std::string &text, const std::vector<std::pair<std::string, std::string>> &values) {
  std::string result;
  for (size_t at = 0, open; at < text.size();) {
    open = text.find('@', at);
    const size_t close = open == std::string::npos ? open : text.find('@', open + 1);
    result += text.substr(at, open - at);
    if (close == std::string::npos)
      break;
    const std::string key = text.substr(open + 1, close - open - 1);
    for (const auto &[name, value] : values)
      result += name == key ? value : "";
    at = close + 1;
  }
  return result;
}

std::string commentText(const std::string &text) {
  std::string result = text;
  for (char &c : result)
    if (c == '\\' || static_cast<unsigned char>(c) < ' ')
      c = '?';
  return result;
}

std::string describeArray(const ArraySpec &spec, const std::vector<std::string> &symbols) {
  std::string shape;
  for (const Dimension &dimension : spec.shape)
    shape += (shape.empty() ? "" : ", ") + sizeText(dimension, symbols);
  if (spec.batched)
    shape += (shape.empty() ? "" : std::string(", ")) + "instances";
  std::string text =
      describe(spec) + ": " + std::string(typeName(spec.type)) + " [" + shape + "], " + kindText(spec);
  if (!spec.offsets.empty())
    text += "; rows by the offsets '" + spec.offsets + "'";
  return commentText(text);
}

} // namespace genfuse::aot

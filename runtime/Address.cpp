#include "runtime/Address.h"
#include "runtime/Error.h"
#include <algorithm>
#include <charconv>

namespace genfuse {
namespace {

[[noreturn]] void fail(std::string_view address, const std::string &fault) {
  throw Error("address '" + std::string(address) + "' " + fault);
}

bool allDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Component parseIndex(std::string_view text, std::string_view address) {
  Component result{Component::Kind::index, 0, {}};
  if (text.size() > 1 && text.front() == '0')
    fail(address, "has the index '" + std::string(text) + "' with a leading zero");
  if (std::from_chars(text.data(), text.data() + text.size(), result.index).ec != std::errc())
    fail(address, "has the index '" + std::string(text) + "', which 64 bits do not hold");
  return result;
}

Component parseComponent(std::string_view text, std::string_view address, bool stars) {
  if (text.empty())
    fail(address, "has an empty component");
  if (text == "*" && !stars)
    fail(address, "has the component '*', which only the name of a leaf may have");
  if (text == "*")
    return {Component::Kind::star, 0, {}};
  if (allDigits(text))
    return parseIndex(text, address);
  if (text.find_first_of("[]:,|~ \t\"*") != std::string_view::npos)
    fail(address, "has a character of the request grammar in '" + std::string(text) + "'");
  return {Component::Kind::word, 0, std::string(text)};
}

Path parsePath(std::string_view text, bool stars) {
  Path path;
  for (size_t start = 0;;) {
    const size_t end = text.find('/', start);
    path.push_back(parseComponent(text.substr(start, end - start), text, stars));
    if (end == std::string_view::npos)
      return path;
    start = end + 1;
  }
}

} // namespace

std::string Component::text() const {
  return kind == Kind::word ? word : kind == Kind::star ? "*" : std::to_string(index);
}

bool Component::meets(const Component &other) const {
  if (kind == Kind::star || other.kind == Kind::star)
    return kind != Kind::word && other.kind != Kind::word;
  return *this == other;
}

std::string pathText(const Path &path) {
  std::string text;
  for (const Component &component : path)
    text += (&component == path.data() ? "" : "/") + component.text();
  return text;
}

Relation relate(const Path &first, const Path &second) {
  const size_t common = std::min(first.size(), second.size());
  for (size_t i = 0; i < common; ++i)
    if (!first[i].meets(second[i]))
      return Relation::apart;
  if (first.size() == second.size())
    return Relation::same;
  return first.size() > second.size() ? Relation::inside : Relation::around;
}

Address Address::parse(std::string_view text) {
  Address result;
  result.path_ = parsePath(text, false);
  return result;
}

std::string Address::text() const { return pathText(path_); }

Pattern Pattern::parse(std::string_view text) { return Pattern(parsePath(text, true)); }

std::string Pattern::text() const { return pathText(path_); }

size_t Pattern::stars() const {
  return std::count_if(path_.begin(), path_.end(),
                       [](const Component &component) { return component.kind == Component::Kind::star; });
}

std::optional<std::vector<int64_t>> Pattern::match(const Address &address) const {
  if (relate(path_, address.path()) != Relation::same)
    return std::nullopt;
  std::vector<int64_t> indices;
  for (size_t i = 0; i < path_.size(); ++i)
    if (path_[i].kind == Component::Kind::star)
      indices.push_back(address.path()[i].index);
  return indices;
}

Address Pattern::at(const std::vector<int64_t> &indices) const {
  if (indices.size() != stars())
    throw Error("address '" + text() + "': expected " + std::to_string(stars()) + " indices, got " +
                std::to_string(indices.size()));
  Address result;
  result.path_ = path_;
  size_t next = 0;
  for (Component &component : result.path_)
    if (component.kind == Component::Kind::star)
      component = {Component::Kind::index, indices[next++], {}};
  return result;
}

Pattern Pattern::erased() const {
  Pattern result = *this;
  for (Component &component : result.path_)
    if (component.kind == Component::Kind::index)
      component = {Component::Kind::star, 0, {}};
  return result;
}

} // namespace genfuse

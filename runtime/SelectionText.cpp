// Selections from and to text.
#include "runtime/Error.h"
#include "runtime/SelectionNode.h"

namespace genfuse {
namespace {

using Node = Selection::Node;
using Kind = Node::Kind;

constexpr std::string_view space = " \t\r\n", operators = "|&~()\"";
constexpr int deepest = 200;

class Parser {
public:
  explicit Parser(std::string_view text) : text(text) {}

  Selection parse() {
    Selection result = selection();
    if (skipSpace(); at != text.size())
      fail("'|', '&' or the end");
    return result;
  }

private:
  [[noreturn]] void fail(const std::string &expected) const {
    const std::string got = at < text.size() ? "'" + std::string(text.substr(at, 1)) + "'" : "the end";
    throw Error("selection '" + std::string(text) + "': expected " + expected + " at column " +
                std::to_string(at + 1) + ", got " + got);
  }

  void skipSpace() { at = std::min(text.find_first_not_of(space, at), text.size()); }

  bool accept(char c) {
    skipSpace();
    if (at == text.size() || text[at] != c)
      return false;
    ++at;
    return true;
  }

  Selection selection() {
    Selection result = intersection();
    while (accept('|'))
      result = result | intersection();
    return result;
  }

  Selection intersection() {
    Selection result = factor();
    while (accept('&'))
      result = result & factor();
    return result;
  }

  Selection factor() {
    if (depth == deepest)
      fail("at most " + std::to_string(deepest) + " nested parentheses and complements");
    ++depth;
    Selection result = accept('~') ? ~factor() : accept('(') ? parenthesised() : word();
    --depth;
    return result;
  }

  Selection parenthesised() {
    Selection result = selection();
    if (!accept(')'))
      fail("'|', '&' or ')'");
    return result;
  }

  Selection word() {
    if (accept('"'))
      return quoted();
    const size_t end =
        std::min(text.find_first_of(std::string(space) + std::string(operators), at), text.size());
    const std::string_view found = text.substr(at, end - at);
    if (found.empty())
      fail("an address, all, none, '~' or '('");
    return found == "all"    ? advance(end, Selection::all())
           : found == "none" ? advance(end, Selection::none())
                             : path(found, end);
  }

  Selection quoted() {
    const size_t end = text.find('"', at);
    if (end == std::string_view::npos) {
      at = text.size();
      fail("'\"'");
    }
    return path(text.substr(at, end - at), end + 1);
  }

  Selection path(std::string_view found, size_t end) {
    try {
      return advance(end, Selection::at(found));
    } catch (const Error &error) {
      throw Error("selection '" + std::string(text) + "': column " + std::to_string(at + 1) + ": " +
                  error.what());
    }
  }

  Selection advance(size_t end, Selection result) {
    at = end;
    return result;
  }

  std::string_view text;
  size_t at = 0;
  int depth = 0;
};

std::string pathText(const Pattern &path) {
  const std::string text = path.text();
  const bool plain = text != "all" && text != "none" && text.find_first_of("()&\r\n") == std::string::npos;
  return plain ? text : '"' + text + '"';
}

/// A looser operator within a tighter one needs parentheses.
std::string textOf(const Node &node, Kind around);

std::string joined(const Node &node, const char *separator) {
  std::string text;
  for (const auto &operand : node.operands)
    text += (text.empty() ? "" : separator) + textOf(*operand, node.kind);
  return text;
}

std::string textOf(const Node &node, Kind around) {
  auto enclosed = [&](std::string text) { return node.kind < around ? "(" + text + ")" : text; };
  switch (node.kind) {
  case Kind::all:
    return "all";
  case Kind::none:
    return "none";
  case Kind::path:
    return pathText(node.path);
  case Kind::complement:
    return "~" + textOf(*node.operands[0], Kind::complement);
  case Kind::intersection:
    return enclosed(joined(node, " & "));
  case Kind::set_union:
    break;
  }
  return enclosed(joined(node, " | "));
}

} // namespace

Selection Selection::parse(std::string_view text) { return Parser(text).parse(); }

std::string Selection::text() const { return textOf(*node_, Kind::set_union); }

} // namespace genfuse

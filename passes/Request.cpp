#include "passes/Request.h"
#include "runtime/Error.h"
#include <algorithm>
#include <cctype>

namespace genfuse {

namespace {

constexpr GfiOperation operations[] = {GfiOperation::simulate, GfiOperation::generate, GfiOperation::assess,
                                       GfiOperation::gradient};

class Parser {
public:
  explicit Parser(const std::string &text) : text(text) {}

  Request parse() {
    Request request;
    request.operation = operation(word("an operation"));
    expect('(');
    if (!peek(")") && !peek("|") && !peek(";") && at < text.size())
      request.names = list();
    if (accept('|'))
      request.given = list();
    if (accept(';'))
      for (const std::string &flag : list())
        setFlag(request, flag);
    expect(')');
    if (skipSpace(); at != text.size())
      fail("the end");
    check(request);
    return request;
  }

private:
  [[noreturn]] void fail(const std::string &expected) const {
    std::string got = at < text.size() ? "'" + text.substr(at, 1) + "'" : "the end";
    throw Error("request '" + text + "': expected " + expected + " at column " + std::to_string(at + 1) +
                ", got " + got);
  }

  void skipSpace() {
    while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at])))
      ++at;
  }
  bool peek(const char *c) {
    skipSpace();
    return at < text.size() && text[at] == *c;
  }
  bool accept(char c) {
    skipSpace();
    if (at >= text.size() || text[at] != c)
      return false;
    ++at;
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      fail(std::string("'") + c + "'");
  }

  std::string word(const char *what) {
    skipSpace();
    size_t start = at;
    auto inWord = [&](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || std::string("_-./*").find(c) != std::string::npos;
    };
    while (at < text.size() && inWord(text[at]))
      ++at;
    if (at == start)
      fail(what);
    return text.substr(start, at - start);
  }

  std::vector<std::string> list() {
    std::vector<std::string> names;
    do
      names.push_back(word("a name"));
    while (accept(','));
    return names;
  }

  GfiOperation operation(const std::string &name) const {
    for (GfiOperation candidate : operations)
      if (name == operationName(candidate))
        return candidate;
    throw Error("request '" + text + "': unknown operation '" + name +
                "', expected simulate, generate, assess or gradient");
  }

  void setFlag(Request &request, const std::string &flag) const {
    if (flag == "return")
      request.returnGradient = true;
    else if (flag == "weighted")
      request.weighted = true;
    else if (flag == "replay")
      request.replay = true;
    else if (flag == "drop-constants")
      request.dropConstants = true;
    else
      throw Error("request '" + text + "': unknown flag '" + flag +
                  "', expected return, weighted, replay or drop-constants");
  }

  void check(const Request &request) const {
    bool isGradient = request.operation == GfiOperation::gradient;
    bool draws = request.operation == GfiOperation::simulate || request.operation == GfiOperation::generate;
    auto require = [&](bool holds, const char *what) {
      if (!holds)
        throw Error("request '" + text + "': " + what);
    };
    require(isGradient || request.given.empty(), "only gradient takes names after a bar");
    require(isGradient || !request.returnGradient, "only gradient takes the flag return");
    require(isGradient || !request.weighted, "only gradient takes the flag weighted");
    require(isGradient || !request.dropConstants, "only gradient takes the flag drop-constants");
    require(draws || !request.replay, "only simulate and generate take the flag replay");
    require(request.operation == GfiOperation::generate || isGradient || request.names.empty(),
            "simulate and assess take no names");
    require(!isGradient || !request.names.empty(), "gradient expects the names to differentiate by");
    for (auto name = request.names.begin(); name != request.names.end(); ++name)
      require(std::count(request.names.begin(), request.names.end(), *name) == 1, "names something twice");
  }

  const std::string &text;
  size_t at = 0;
};

std::string joined(const std::vector<std::string> &names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

} // namespace

const char *operationName(GfiOperation operation) {
  switch (operation) {
  case GfiOperation::simulate:
    return "simulate";
  case GfiOperation::generate:
    return "generate";
  case GfiOperation::assess:
    return "assess";
  case GfiOperation::gradient:
    return "gradient";
  }
  return "";
}

Request Request::parse(const std::string &text) { return Parser(text).parse(); }

std::string Request::text() const {
  std::string result = std::string(operationName(operation)) + "(" + joined(names);
  if (!given.empty())
    result += " | " + joined(given);
  std::vector<std::string> flags;
  if (returnGradient)
    flags.push_back("return");
  if (weighted)
    flags.push_back("weighted");
  if (replay)
    flags.push_back("replay");
  if (dropConstants)
    flags.push_back("drop-constants");
  if (!flags.empty())
    result += "; " + joined(flags);
  return result + ")";
}

} // namespace genfuse

#include "passes/Request.h"
#include "runtime/Error.h"
#include <algorithm>
#include <cctype>

namespace genfuse {

namespace {

constexpr std::pair<GfiOperation, const char *> operations[] = {{GfiOperation::simulate, "simulate"},
                                                                {GfiOperation::generate, "generate"},
                                                                {GfiOperation::assess, "assess"},
                                                                {GfiOperation::propose, "propose"},
                                                                {GfiOperation::update, "update"},
                                                                {GfiOperation::regenerate, "regenerate"},
                                                                {GfiOperation::project, "project"},
                                                                {GfiOperation::gradient, "gradient"},
                                                                {GfiOperation::run, "run"}};

/// Suffixes of a changed argument; a longer one before one that it ends with.
using Values = ArgumentChange::Values;
using Length = ArgumentChange::Length;
struct Suffix {
  const char *text;
  Values values;
  Length length;
};
constexpr Suffix suffixes[] = {{"~+", Values::any, Length::grows},    {"~-", Values::any, Length::shrinks},
                               {"+", Values::equal, Length::grows},   {"-", Values::equal, Length::shrinks},
                               {"[]", Values::listed, Length::equal}, {"~", Values::any, Length::equal}};

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
    while (accept(';'))
      section(request);
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
      return std::isalnum(static_cast<unsigned char>(c)) ||
             std::string("_-./*[]+~").find(c) != std::string::npos;
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
    std::string known;
    for (auto [candidate, text] : operations) {
      if (name == text)
        return candidate;
      known += std::string(known.empty()                                 ? ""
                           : candidate == std::end(operations)[-1].first ? " or "
                                                                         : ", ") +
               text;
    }
    throw Error("request '" + text + "': unknown operation '" + name + "', expected " + known);
  }

  void section(Request &request) {
    std::vector<std::string> first = {word("a flag")};
    if (first[0] == "args" && accept(':')) {
      for (const std::string &change : list())
        request.changes.push_back(argumentChange(change));
      return;
    }
    setFlag(request, first[0]);
    while (accept(','))
      setFlag(request, word("a flag"));
  }

  ArgumentChange argumentChange(const std::string &word) const {
    for (const Suffix &suffix : suffixes)
      if (size_t size = std::string(suffix.text).size();
          word.size() > size && word.compare(word.size() - size, size, suffix.text) == 0)
        return {word.substr(0, word.size() - size), suffix.values, suffix.length};
    throw Error("request '" + text + "': expected how the argument '" + word +
                "' differs after its name: ~, [], +, -, ~+ or ~-");
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
    auto is = [&](std::initializer_list<GfiOperation> which) {
      return std::count(which.begin(), which.end(), request.operation) > 0;
    };
    auto require = [&](bool holds, const std::string &what) {
      if (!holds)
        throw Error("request '" + text + "': " + what);
    };
    using enum GfiOperation;
    bool isGradient = is({gradient});
    require(isGradient || request.given.empty(), "only gradient takes names after a bar");
    require(isGradient || !request.returnGradient, "only gradient takes the flag return");
    require(isGradient || !request.weighted, "only gradient takes the flag weighted");
    require(isGradient || !request.dropConstants, "only gradient takes the flag drop-constants");
    require(!is({assess, gradient, project}) || !request.replay,
            "assess, gradient and project draw nothing, so they do not take the flag replay");
    require(!is({run}) || !request.replay, "run does not take the flag replay");
    require(!is({simulate, propose, assess, run}) || request.names.empty(),
            "simulate, propose, assess and run take no names");
    require(!isGradient || !request.names.empty(), "gradient expects the names to differentiate by");
    require(is({update, regenerate}) || request.changes.empty(),
            "only update and regenerate take changed arguments");
    for (auto name = request.names.begin(); name != request.names.end(); ++name)
      require(std::count(request.names.begin(), request.names.end(), *name) == 1,
              "names '" + *name + "' twice");
    for (const ArgumentChange &change : request.changes)
      require(std::count_if(request.changes.begin(), request.changes.end(),
                            [&](const ArgumentChange &other) { return other.name == change.name; }) == 1,
              "names a changed argument twice");
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
  return std::find_if(std::begin(operations), std::end(operations),
                      [&](const auto &entry) { return entry.first == operation; })
      ->second;
}

bool startsFromTrace(GfiOperation operation) {
  return operation == GfiOperation::update || operation == GfiOperation::regenerate ||
         operation == GfiOperation::project;
}

Request Request::parse(const std::string &text) { return Parser(text).parse(); }

std::string Request::text() const {
  std::string result = std::string(operationName(operation)) + "(" + joined(names);
  if (!given.empty())
    result += " | " + joined(given);
  std::vector<std::string> differing;
  for (const ArgumentChange &change : changes)
    for (const Suffix &suffix : suffixes)
      if (suffix.values == change.values && suffix.length == change.length)
        differing.push_back(change.name + suffix.text);
  if (!differing.empty())
    result += "; args: " + joined(differing);
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

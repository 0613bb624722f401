#include "codegen/aot/Identifiers.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <set>

namespace genfuse::aot {

namespace {

constexpr const char *keywords[] = {"alignas",     "alignof",      "and",          "and_eq",
                                    "asm",         "auto",         "bitand",       "bitor",
                                    "bool",        "break",        "case",         "catch",
                                    "char",        "char16_t",     "char32_t",     "char8_t",
                                    "class",       "co_await",     "co_return",    "co_yield",
                                    "compl",       "concept",      "const",        "const_cast",
                                    "consteval",   "constexpr",    "constinit",    "continue",
                                    "decltype",    "default",      "delete",       "do",
                                    "double",      "dynamic_cast", "else",         "enum",
                                    "explicit",    "export",       "extern",       "false",
                                    "float",       "for",          "friend",       "genfuse",
                                    "goto",        "if",           "inline",       "int",
                                    "long",        "mutable",      "namespace",    "new",
                                    "noexcept",    "not",          "not_eq",       "nullptr",
                                    "operator",    "or",           "or_eq",        "private",
                                    "protected",   "public",       "register",     "reinterpret_cast",
                                    "requires",    "restrict",     "return",       "short",
                                    "signed",      "sizeof",       "static",       "static_assert",
                                    "static_cast", "std",          "struct",       "switch",
                                    "template",    "this",         "thread_local", "throw",
                                    "true",        "try",          "typedef",      "typeid",
                                    "typename",    "typeof",       "union",        "unsigned",
                                    "using",       "virtual",      "void",         "volatile",
                                    "wchar_t",     "while",        "xor",          "xor_eq",
                                    "unix",        "linux",        "NULL",         "EOF",
                                    "errno",       "assert",       "stdin",        "stdout",
                                    "stderr"};

/// Names that stand for something else outside of namespaces: our own, and functions of the C library.
constexpr const char *globals[] = {"gf",  "main", "memcpy", "memmove", "memset", "exp",  "log",   "sin",
                                   "cos", "pow",  "sqrt",   "gamma",   "signal", "time", "index", "remove",
                                   "abs", "div",  "malloc", "free",    "printf", "puts", "read",  "write"};

constexpr const char *structMembers[] = {"run", "workspace", "request", "arrays", "held"};

/// Letters and digits of a name, joined by single underscores; lists and stars are left out, elements that a
/// plate gains are `added`.
std::string words(const std::string &name) {
  std::string text;
  bool gap = false;
  auto put = [&](llvm::StringRef word) {
    text += (gap && !text.empty() ? "_" : "") + word.str();
    gap = false;
  };
  for (char c : name) {
    if (llvm::isAlnum(c))
      put(llvm::StringRef(&c, 1));
    else if (c == '+')
      gap = true, put("added"), gap = true;
    else
      gap = true;
  }
  return text;
}

const char *suffix(Role role) {
  switch (role) {
  case Role::argumentGradient:
  case Role::choiceGradient:
  case Role::parameterGradient:
    return "_gradient";
  case Role::newArgument:
  case Role::constraint:
    return "_new";
  case Role::elements:
    return "_elements";
  case Role::selected:
    return "_selected";
  case Role::drawn:
    return "_drawn";
  case Role::count:
    return "_count";
  default:
    return "";
  }
}

std::string memberName(const ArraySpec &spec) {
  switch (spec.role) {
  case Role::score:
    return "score";
  case Role::weight:
    return "weight";
  case Role::scoreChange:
    return "score_change";
  case Role::returnValue:
    return "return_value";
  case Role::returnGradient:
    return "return_gradient";
  case Role::scoreGradient:
    return "score_gradient";
  default:
    break;
  }
  std::string name = words(spec.name);
  if (name.empty() || llvm::isDigit(name[0]))
    name = "at" + std::string(name.empty() ? "" : "_") + name;
  name += suffix(spec.role);
  return isIdentifier(name) ? name : name + "_value";
}

} // namespace

bool isLibraryName(const std::string &text) {
  return isIdentifier(text) && !llvm::is_contained(globals, text);
}

bool isIdentifier(const std::string &text) {
  return !text.empty() && (llvm::isAlpha(text[0])) &&
         llvm::all_of(text, [](char c) { return llvm::isAlnum(c) || c == '_'; }) &&
         text.find("__") == std::string::npos && !llvm::is_contained(keywords, text);
}

std::string identifierOf(const Request &request) {
  std::string text = operationName(request.operation);
  auto add = [&](const std::string &part) { text += part.empty() ? "" : "_" + part; };
  for (const std::string &name : request.names)
    add(words(name));
  for (const ArgumentChange &change : request.changes)
    add(words(change.name) + (change.length == ArgumentChange::Length::grows     ? "_grows"
                              : change.length == ArgumentChange::Length::shrinks ? "_shrinks"
                                                                                 : ""));
  add(request.returnGradient ? "return" : "");
  add(request.weighted ? "weighted" : "");
  add(request.replay ? "replay" : "");
  add(request.dropConstants ? "drop_constants" : "");
  return text;
}

bool isStructMember(const std::string &name) { return llvm::is_contained(structMembers, name); }

std::vector<std::string> memberNames(const Signature &signature, const std::string &operation) {
  std::set<std::string> taken(std::begin(structMembers), std::end(structMembers));
  taken.insert(operation);
  std::vector<std::string> names;
  for (const ArraySpec &spec : signature.arrays) {
    const std::string base = memberName(spec);
    std::string name = base;
    for (int number = 2; !taken.insert(name).second; ++number)
      name = base + "_" + std::to_string(number);
    names.push_back(name);
  }
  return names;
}

} // namespace genfuse::aot

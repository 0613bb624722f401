#include "codegen/cuda/Names.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace genfuse::cuda {

/// Words of C++ and CUDA, types of the header, and functions of the C library that model authors like as
/// names. Everything else that the header declares starts with gf_ or GF_, or is in a namespace.
static const llvm::StringSet<> &reserved() {
  static const llvm::StringSet<> words = {"alignas",
                                          "alignof",
                                          "and",
                                          "asm",
                                          "auto",
                                          "bool",
                                          "break",
                                          "case",
                                          "catch",
                                          "char",
                                          "class",
                                          "concept",
                                          "const",
                                          "constexpr",
                                          "continue",
                                          "decltype",
                                          "default",
                                          "delete",
                                          "do",
                                          "double",
                                          "else",
                                          "enum",
                                          "explicit",
                                          "export",
                                          "extern",
                                          "false",
                                          "float",
                                          "for",
                                          "friend",
                                          "goto",
                                          "if",
                                          "inline",
                                          "int",
                                          "long",
                                          "mutable",
                                          "namespace",
                                          "new",
                                          "noexcept",
                                          "not",
                                          "nullptr",
                                          "operator",
                                          "or",
                                          "private",
                                          "protected",
                                          "public",
                                          "register",
                                          "requires",
                                          "return",
                                          "short",
                                          "signed",
                                          "sizeof",
                                          "static",
                                          "struct",
                                          "switch",
                                          "template",
                                          "this",
                                          "throw",
                                          "true",
                                          "try",
                                          "typedef",
                                          "typeid",
                                          "typename",
                                          "union",
                                          "unsigned",
                                          "using",
                                          "virtual",
                                          "void",
                                          "volatile",
                                          "while",
                                          "xor",
                                          "index_t",
                                          "int8_t",
                                          "int16_t",
                                          "int32_t",
                                          "int64_t",
                                          "uint8_t",
                                          "uint16_t",
                                          "uint32_t",
                                          "uint64_t",
                                          "genfuse",
                                          "threadIdx",
                                          "blockIdx",
                                          "blockDim",
                                          "gridDim",
                                          "warpSize",
                                          "y0",
                                          "y1",
                                          "yn",
                                          "j0",
                                          "j1",
                                          "jn",
                                          "gamma",
                                          "exp",
                                          "log",
                                          "sin",
                                          "cos",
                                          "tan",
                                          "abs",
                                          "floor",
                                          "ceil",
                                          "min",
                                          "max",
                                          "pow",
                                          "sqrt",
                                          "and_eq",
                                          "bitand",
                                          "bitor",
                                          "compl",
                                          "or_eq",
                                          "xor_eq",
                                          "not_eq",
                                          "wchar_t",
                                          "char8_t",
                                          "char16_t",
                                          "char32_t",
                                          "consteval",
                                          "constinit",
                                          "co_await",
                                          "co_return",
                                          "co_yield",
                                          "const_cast",
                                          "dynamic_cast",
                                          "reinterpret_cast",
                                          "static_cast",
                                          "static_assert",
                                          "thread_local",
                                          "NULL",
                                          "NAN",
                                          "INFINITY",
                                          "EOF",
                                          "errno",
                                          "assert",
                                          "signgam",
                                          "index",
                                          "time",
                                          "clock",
                                          "lane",
                                          "part",
                                          "main"};
  return words;
}

std::string identifier(llvm::StringRef address) {
  std::string name;
  for (char c : address) {
    bool word = llvm::isAlnum(c) || c == '_';
    if (word)
      name += c;
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  while (!name.empty() && name.back() == '_')
    name.pop_back();
  if (name.empty() || llvm::isDigit(name.front()))
    name = "v" + name;
  bool ours = llvm::StringRef(name).starts_with_insensitive("gf_") || llvm::StringRef(name).starts_with("__");
  return ours || reserved().contains(name) ? name + "_" : name;
}

llvm::StringRef addressOf(Location place) {
  llvm::StringRef found;
  place->walk([&](Location part) {
    auto named = dyn_cast<NameLoc>(part);
    if (!named)
      return WalkResult::advance();
    found = named.getName().getValue();
    return WalkResult::interrupt();
  });
  return found;
}

std::string sourceLine(Location place) {
  std::string text;
  place->walk([&](Location part) {
    auto file = dyn_cast<FileLineColLoc>(part);
    if (!file || file.getLine() == 0)
      return WalkResult::advance();
    text =
        (llvm::sys::path::filename(file.getFilename().getValue()) + ":" + llvm::Twine(file.getLine())).str();
    return WalkResult::interrupt();
  });
  return text;
}

bool Scopes::isTaken(llvm::StringRef name) const {
  return llvm::any_of(scopes, [&](const llvm::StringSet<> &names) { return names.contains(name); });
}

std::string Scopes::declare(llvm::StringRef wanted) {
  std::string name = wanted.str();
  for (unsigned number = 2; isTaken(name); ++number)
    name = (wanted + (llvm::isDigit(wanted.back()) ? "_" : "") + llvm::Twine(number)).str();
  scopes.back().insert(name);
  return name;
}

} // namespace genfuse::cuda

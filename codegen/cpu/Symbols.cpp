#include "codegen/cpu/Symbols.h"
#include "runtime/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/ObjectFile.h"

using namespace llvm;

namespace genfuse {

namespace {

constexpr const char *allowed[] = {"memcpy", "memmove", "memset", "bcmp", "_GLOBAL_OFFSET_TABLE_"};

/// Names of the symbols that have all of `wanted` and none of `unwanted`.
std::vector<std::string> names(StringRef object, uint32_t wanted, uint32_t unwanted) {
  auto file = object::ObjectFile::createObjectFile(MemoryBufferRef(object, "kernel"));
  if (!file)
    throw Error("the object file cannot be read: " + toString(file.takeError()));
  std::vector<std::string> found;
  for (const object::SymbolRef &symbol : (*file)->symbols()) {
    uint32_t flags = cantFail(symbol.getFlags());
    if ((flags & wanted) == wanted && !(flags & unwanted))
      found.push_back(cantFail(symbol.getName()).str());
  }
  llvm::sort(found);
  return found;
}

} // namespace

void checkStandsAlone(StringRef object, const std::vector<std::string> &imports) {
  std::vector<std::string> missing =
      names(object, object::SymbolRef::SF_Undefined, object::SymbolRef::SF_FormatSpecific);
  llvm::erase_if(missing, [&](const std::string &name) {
    return name.empty() || is_contained(allowed, name) || is_contained(imports, name);
  });
  if (!missing.empty())
    throw Error("expected a kernel that stands alone, got one that calls " + join(missing, ", "));
}

std::vector<std::string> exportedFunctions(StringRef object) {
  return names(object, object::SymbolRef::SF_Global,
               object::SymbolRef::SF_Undefined | object::SymbolRef::SF_FormatSpecific);
}

} // namespace genfuse

#include "codegen/cpu/BuildId.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/TargetParser/Host.h"
#include <link.h>

using namespace llvm;

namespace genfuse {

namespace {

struct Search {
  uintptr_t address;
  std::string found = {};
};

bool holds(const dl_phdr_info &library, uintptr_t address) {
  for (const ElfW(Phdr) & segment : ArrayRef(library.dlpi_phdr, library.dlpi_phnum))
    if (segment.p_type == PT_LOAD && address - (library.dlpi_addr + segment.p_vaddr) < segment.p_memsz)
      return true;
  return false;
}

/// The id among the notes of a segment; empty where there is none.
std::string idIn(StringRef notes, uint64_t alignment) {
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) head;
    std::memcpy(&head, notes.data(), sizeof head);
    const uint64_t description = alignTo(sizeof head + head.n_namesz, alignment);
    StringRef name = notes.substr(sizeof head, head.n_namesz);
    if (head.n_type == NT_GNU_BUILD_ID && name == StringRef("GNU\0", 4))
      return toHex(notes.substr(description, head.n_descsz), /*LowerCase=*/true);
    notes =
        notes.drop_front(std::min<uint64_t>(alignTo(description + head.n_descsz, alignment), notes.size()));
  }
  return {};
}

int visit(dl_phdr_info *library, size_t, void *data) {
  auto &search = *static_cast<Search *>(data);
  if (!holds(*library, search.address))
    return 0;
  for (const ElfW(Phdr) & segment : ArrayRef(library->dlpi_phdr, library->dlpi_phnum))
    if (segment.p_type == PT_NOTE && search.found.empty())
      search.found =
          idIn({reinterpret_cast<const char *>(library->dlpi_addr + segment.p_vaddr), segment.p_memsz},
               std::max<uint64_t>(segment.p_align, 4));
  return 1;
}

std::string joinedIds() {
  const void *const rooms[] = {reinterpret_cast<const void *>(&buildIdAt),
                               reinterpret_cast<const void *>(&sys::getHostCPUName),
                               reinterpret_cast<const void *>(&mlir::registerMLIRContextCLOptions)};
  std::string joined;
  for (const void *room : rooms) {
    std::string id = buildIdAt(room);
    if (id.empty())
      return {};
    joined += (joined.empty() ? "" : "-") + id;
  }
  return joined;
}

} // namespace

std::string buildIdAt(const void *address) {
  Search search{reinterpret_cast<uintptr_t>(address)};
  dl_iterate_phdr(visit, &search);
  return search.found;
}

const std::string &compilerBuild() {
  static const std::string ids = joinedIds();
  return ids;
}

} // namespace genfuse

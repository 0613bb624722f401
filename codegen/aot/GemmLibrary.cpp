#include "codegen/aot/GemmLibrary.h"
#include "codegen/aot/Embedded.h"
#include "runtime/Error.h"
#include "runtime/gemm/gemm.h"
#include "llvm/Support/MemoryBuffer.h"
#include <dlfcn.h>

namespace genfuse::aot {

std::string gemmLibrary() {
  Dl_info info;
  if (!dladdr(reinterpret_cast<void *>(&gf_gemm_f32), &info) || !info.dli_fname)
    throw Error("the library of products, libgenfuse_gemm.so, cannot be found");
  return info.dli_fname;
}

std::vector<File> gemmFiles() {
  const std::string path = gemmLibrary();
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    throw Error("the library of products '" + path + "' cannot be read: " + buffer.getError().message());
  return {{"lib/libgenfuse_gemm.so", (*buffer)->getBuffer().str()},
          {"lib/libgenfuse_gemm.LICENSE", std::string(embedded::gemmLicense())}};
}

} // namespace genfuse::aot

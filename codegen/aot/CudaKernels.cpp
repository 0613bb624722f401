#include "codegen/aot/CudaKernels.h"
#include "codegen/cuda/FatBinary.h"
#include "codegen/cuda/Text.h"
#include "codegen/cuda/Toolkit.h"
#include "runtime/Error.h"
#include "llvm/ADT/StringRef.h"

using namespace mlir;

namespace genfuse::aot {

namespace {

/// The names in `GF_EXPORT_KERNEL(name)`, which ends each kernel of a text.
std::vector<std::string> kernelsIn(llvm::StringRef text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    llvm::StringRef line;
    std::tie(line, text) = text.split('\n');
    if (line.consume_front("GF_EXPORT_KERNEL("))
      names.push_back(line.take_until([](char c) { return c == ')'; }).str());
  }
  return names;
}

} // namespace

void expectToolkit(const LibraryOptions &options) {
  if (options.cudaImage)
    return;
  std::string missing = cuda::whyNoNvrtc();
  if (missing.empty()) {
    try {
      cuda::toolkitProgram("fatbinary");
    } catch (const Error &error) {
      missing = error.what();
    }
  }
  if (!missing.empty())
    throw Error("library '" + options.name +
                "': the target cuda needs NVRTC and the program fatbinary of a " +
                "CUDA toolkit: " + missing);
}

OwningOpRef<ModuleOp> CudaKernels::add(const Operation &operation, const std::string &symbol,
                                       ModuleOp lowered, const std::string &entry) {
  try {
    CudaCode code = cudaCode(lowered, entry, symbol);
    names.push_back(kernelsIn(code.text));
    text += (text.empty() ? "" : "\n") + code.text;
    return std::move(code.host);
  } catch (const Error &error) {
    throw Error("operation '" + operation.name + "' for cuda: " + error.what());
  }
}

std::string CudaKernels::image(const LibraryOptions &options) const {
  if (options.cudaImage)
    return options.cudaImage(text, options.name);
  return cuda::makeFatBinary(text, options.name, options.cudaArchitectures).bytes;
}

} // namespace genfuse::aot

// A build without CUDA.
#include "Nvrtc.h"
#include "runtime/Error.h"

namespace genfuse::cuda {

std::string whyNoNvrtc() {
  return "no NVRTC: this build has no CUDA (it was configured with GENFUSE_WITH_CUDA=OFF or without a "
         "toolkit)";
}

std::vector<int> knownArchitectures() { throw Error(whyNoNvrtc()); }

DeviceCode compileText(std::string_view, const std::string &name, int architecture, CodeKind) {
  throw Error("compiling '" + name + "' for sm_" + std::to_string(architecture) + ": " + whyNoNvrtc());
}

} // namespace genfuse::cuda

// CUDA text compiled in the process, by NVRTC. The library is opened when it is first needed; no MLIR here.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace genfuse::cuda {

/// What ptxas says of one kernel.
struct KernelFacts {
  std::string name;
  int registers = 0; ///< of a thread
  int stack = 0;     ///< bytes of a thread's stack frame; those of functions that it calls too
  int spill_stores = 0, spill_loads = 0; ///< bytes
  int shared = 0;                        ///< bytes of a block's static shared memory
};

enum class CodeKind { ptx, cubin };

struct DeviceCode {
  std::string bytes;    ///< PTX ends in 0
  int architecture = 0; ///< 90: sm_90
  CodeKind kind = CodeKind::cubin;
  std::vector<KernelFacts> kernels; ///< of a cubin, by name; PTX has no such facts yet
  double milliseconds = 0;          ///< that NVRTC took
};

/// Compiles a text that includes genfuse_cuda.h. `name` is what messages call the text. The bytes depend on
/// the text, the name, the architecture and NVRTC's version only. Throws Error: where there is no NVRTC, for
/// an architecture that it does not know (with those that it does), and for a text that does not compile
/// (with its log).
DeviceCode compileText(std::string_view text, const std::string &name, int architecture,
                       CodeKind kind = CodeKind::cubin);

/// The architectures that NVRTC knows, in ascending order. Throws Error where there is no NVRTC.
std::vector<int> knownArchitectures();

/// The facts in the output of `ptxas -v`, by name.
std::vector<KernelFacts> readPtxasLog(std::string_view log);

/// Empty where NVRTC can be used, else why it cannot: "no NVRTC: ...".
std::string whyNoNvrtc();

} // namespace genfuse::cuda

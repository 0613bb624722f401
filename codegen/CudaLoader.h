// Where kernels for CUDA get their device code from: a compiler for CUDA text and a device, or an emulation.
#pragma once

#include "frontend/Model.h"
#include "runtime/cuda/launch.h"
#include <string>

namespace genfuse {

class GENFUSE_API CudaLoader {
public:
  virtual ~CudaLoader() = default;

  /// The image of CUDA text, in which gf_cuda_launch finds its kernels; `name` is for messages. It lives as
  /// long as the loader. Called from one thread at a time. Errors: text that does not compile, no compiler.
  virtual gf_cuda_image *load(const std::string &text, const std::string &name) = 0;

  /// What launches kernels of these images: gf_cuda_launch, of the launch layer that knows their driver.
  virtual decltype(&gf_cuda_launch) launch() const = 0;
};

} // namespace genfuse

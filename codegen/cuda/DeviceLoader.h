// Kernels for the CUDA device of this process, compiled by NVRTC when they are needed.
#pragma once

#include "codegen/CudaLoader.h"
#include <memory>

namespace genfuse {

/// A loader for the device that the thread which loads has current (device 0 without one): a cubin of its
/// architecture, or PTX where NVRTC is older than the device. Its kernels take memory that the device can
/// reach. Errors of load: no driver or no device, no NVRTC, text that does not compile.
GENFUSE_API std::shared_ptr<CudaLoader> deviceLoader();

} // namespace genfuse

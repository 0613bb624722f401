// A loaded image: its library and the handles of its kernels. Both serve every device and context.
#pragma once
#include "Driver.h"
#include "launch.h"
#include <atomic>
#include <cstdint>

namespace genfuse::cuda::inline abi2 {

struct Kernel {
  const char *name; ///< the driver's
  CUkernel handle;
};

struct Image {
  CUlibrary library;
  std::atomic<std::uint64_t> devices; ///< bit d: loaded on device d
  unsigned count;
  Kernel kernels[1]; ///< `count` of them, by name

  /// Null where the image has no such kernel.
  const Kernel *find(const char *name) const;
};

/// What failed in the driver, and where.
struct Failure {
  CUresult result = CUDA_SUCCESS;
  const char *where = nullptr;
};

/// The image's library, loaded at the first call; null with `failure` filled in.
Image *loadImage(gf_cuda_image &image, const Driver &driver, Failure &failure);

/// Has the driver load every kernel on the device of the current context; once a device.
bool loadOnDevice(Image &image, CUdevice device, const Driver &driver, Failure &failure);

} // namespace genfuse::cuda::inline abi2

// The driver's functions, found at run time.
#pragma once
#include "runtime/abi.h"
#include <cuda.h>

namespace genfuse::cuda::inline abi2 {

// Copies of several versions may meet in one program: the inline namespace keeps their names apart.
static_assert(GF_ABI_VERSION == 2,
              "name the inline namespace and the functions of launch.h after the version");

/// Functions of the driver by the names that cuda.h gives them: it renames some by macro (cuCtxPushCurrent is
/// cuCtxPushCurrent_v2), and the symbol is the name behind it.
#define GF_CUDA_FUNCTIONS(X)                                                                                 \
  X(cuInit)                                                                                                  \
  X(cuDriverGetVersion)                                                                                      \
  X(cuDeviceGet)                                                                                             \
  X(cuDeviceGetName)                                                                                         \
  X(cuDeviceGetAttribute)                                                                                    \
  X(cuDevicePrimaryCtxRetain)                                                                                \
  X(cuCtxGetCurrent)                                                                                         \
  X(cuCtxGetDevice)                                                                                          \
  X(cuCtxPushCurrent)                                                                                        \
  X(cuCtxPopCurrent)                                                                                         \
  X(cuStreamGetCtx)                                                                                          \
  X(cuPointerGetAttribute)                                                                                   \
  X(cuLibraryLoadData)                                                                                       \
  X(cuLibraryUnload)                                                                                         \
  X(cuLibraryGetKernelCount)                                                                                 \
  X(cuLibraryEnumerateKernels)                                                                               \
  X(cuKernelGetName)                                                                                         \
  X(cuKernelGetFunction)                                                                                     \
  X(cuLaunchKernel)                                                                                          \
  X(cuGetErrorName)                                                                                          \
  X(cuGetErrorString)

struct Driver {
#define GF_CUDA_MEMBER(name) decltype(&::name) name;
  GF_CUDA_FUNCTIONS(GF_CUDA_MEMBER)
#undef GF_CUDA_MEMBER
};

/// The driver of this process, opened and initialised at the first call; null where there is none or no
/// device, and `why` then points to a message that stays: "no CUDA driver: ..." or "no CUDA device: ...".
const Driver *driver(const char *&why);

/// Makes driver() return `replacement` instead, until it is called with null: for tests, one thread at a
/// time.
void useDriver(const Driver *replacement);

/// Fills a table from a library: `name` is that of dlopen. Null in case of success, else a static message.
const char *openDriver(const char *name, Driver &table);

} // namespace genfuse::cuda::inline abi2

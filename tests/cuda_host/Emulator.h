// The emulated device, for tests: libcuda.so.1 of this folder has the driver's functions (Driver.cpp) and
// these.
//
// A program that links it is one where dlopen("libcuda.so.1") finds an emulated device, in every library of
// the program. Device memory is host memory. Streams are not kept apart: a launch has ended when
// cuLaunchKernel returns. An image is what HostCompiler.h makes of CUDA text.
#pragma once
#include "AccessLog.h"
#include "Order.h"
#include <cstddef>
#include <string>
#include <vector>

#define GF_HOST_API __attribute__((visibility("default")))

namespace genfuse::cuda_host {

/// The order of blocks and threads in launches from now on. At first the one that the environment variable
/// GENFUSE_CUDA_HOST_ORDER names (ascending, descending, shuffled), else ascending.
GF_HOST_API void setOrder(Order order);

/// What the driver's functions say of the device. `devices` 0: cuInit fails. Programs that do not know of the
/// emulation get another one by the environment variables GENFUSE_CUDA_HOST_CAPABILITY and
/// GENFUSE_CUDA_HOST_MEMORY.
struct Device {
  int devices = 1;
  int capability = 90;   ///< 10 * major + minor
  bool pageable = false; ///< whether kernels may use memory of the host that the driver does not know
  std::size_t memory = std::size_t(1) << 40; ///< bytes that cuMemAlloc gives, all in all
};
GF_HOST_API void setDevice(Device device);

/// Says on which device some memory lies: a number, or a place of the host. All other memory lies on device
/// 0.
inline constexpr int unknown_memory = -1, pinned_memory = -2, managed_memory = -3;
GF_HOST_API void setMemory(const void *data, std::size_t bytes, int device);

/// Restricts kernels that were compiled with CompileOptions::trace to these bytes of global memory: any other
/// access is a fault. Without a call they may touch all.
GF_HOST_API void allowAccess(const void *data, std::size_t bytes);
GF_HOST_API void allowAllAccesses();

/// How each load and store of a kernel that was compiled with CompileOptions::trace touched memory, since the
/// last call of this.
GF_HOST_API std::vector<AccessSite> takeAccesses();

/// Kernels started since the last call, in their order: "name blocks x threads".
GF_HOST_API std::vector<std::string> takeLaunches();

} // namespace genfuse::cuda_host

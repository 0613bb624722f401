// The device that records are replayed on: memory and events of the driver, opened at run time.
#pragma once
#include "Record.h"
#include <cuda.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace genfuse::gpu {

/// Nothing can be run here: no driver, an old device.
struct NoDevice : std::runtime_error {
  using std::runtime_error::runtime_error;
};

#define GF_REPLAY_FUNCTIONS(X)                                                                               \
  X(cuInit)                                                                                                  \
  X(cuDriverGetVersion)                                                                                      \
  X(cuDeviceGet)                                                                                             \
  X(cuDeviceGetName)                                                                                         \
  X(cuDeviceGetAttribute)                                                                                    \
  X(cuDeviceTotalMem)                                                                                        \
  X(cuDevicePrimaryCtxRetain)                                                                                \
  X(cuCtxPushCurrent)                                                                                        \
  X(cuCtxSynchronize)                                                                                        \
  X(cuMemAlloc)                                                                                              \
  X(cuMemFree)                                                                                               \
  X(cuMemcpyHtoD)                                                                                            \
  X(cuMemcpyDtoH)                                                                                            \
  X(cuEventCreate)                                                                                           \
  X(cuEventDestroy)                                                                                          \
  X(cuEventRecord)                                                                                           \
  X(cuEventSynchronize)                                                                                      \
  X(cuEventElapsedTime)                                                                                      \
  X(cuGetErrorName)                                                                                          \
  X(cuGetErrorString)

class Device {
public:
  /// Device 0, its primary context current in this thread. Throws NoDevice.
  Device();

  std::string name, driver; ///< "13.0": the newest CUDA that the driver knows
  int capability = 0;       ///< 90: sm_90
  uint64_t memory = 0;      ///< bytes

  /// Each throws std::runtime_error with the driver's words.
  CUdeviceptr allocate(int64_t bytes, const std::string &what);
  void release(CUdeviceptr memory);
  void upload(CUdeviceptr to, const std::vector<char> &bytes);
  std::vector<char> download(CUdeviceptr from, int64_t bytes);
  void wait();
  CUevent event();
  void release(CUevent event);
  void record(CUevent event);
  double milliseconds(CUevent from, CUevent to); ///< waits for `to`

private:
  void check(CUresult result, const std::string &doing) const;
  std::string text(CUresult result) const;
  int attribute(CUdevice device, CUdevice_attribute attribute) const;

  struct Table {
#define GF_REPLAY_MEMBER(name) decltype(&::name) name;
    GF_REPLAY_FUNCTIONS(GF_REPLAY_MEMBER)
#undef GF_REPLAY_MEMBER
  } table{};
};

} // namespace genfuse::gpu

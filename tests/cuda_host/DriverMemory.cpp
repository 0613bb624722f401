// Memory and events of the emulated device: device memory is host memory, and everything has ended when a
// function returns.
#include "Launcher.h"
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <cuda.h>

#define GF_DRIVER extern "C" GF_HOST_API CUresult

using namespace genfuse::cuda_host;

namespace {

bool hasContext() {
  CUcontext context = nullptr;
  return cuCtxGetCurrent(&context) == CUDA_SUCCESS && context;
}

/// The allocation that holds these bytes.
bool isAllocated(const Emulator &emulator, CUdeviceptr begin, std::size_t bytes) {
  auto after = emulator.allocated.upper_bound(begin);
  if (after == emulator.allocated.begin())
    return false;
  auto [start, size] = *std::prev(after);
  return begin - start <= size && bytes <= size - (begin - start);
}

struct Event {
  std::chrono::steady_clock::time_point time;
};

CUresult copy(void *to, const void *from, CUdeviceptr device, std::size_t bytes) {
  if (!hasContext())
    return CUDA_ERROR_INVALID_CONTEXT;
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  if (!isAllocated(emulator, device, bytes))
    return CUDA_ERROR_INVALID_VALUE;
  std::memcpy(to, from, bytes);
  return CUDA_SUCCESS;
}

} // namespace

GF_DRIVER cuDeviceTotalMem(std::size_t *bytes, CUdevice) {
  *bytes = Emulator::instance().device.memory;
  return CUDA_SUCCESS;
}
/// Filled with NaN.
GF_DRIVER cuMemAlloc(CUdeviceptr *pointer, std::size_t bytes) {
  if (!hasContext())
    return CUDA_ERROR_INVALID_CONTEXT;
  if (bytes == 0)
    return CUDA_ERROR_INVALID_VALUE;
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  std::size_t used = 0;
  for (const auto &[begin, size] : emulator.allocated)
    used += size;
  constexpr std::size_t alignment = 256;
  void *memory = used + bytes <= emulator.device.memory
                     ? std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment)
                     : nullptr;
  if (!memory)
    return CUDA_ERROR_OUT_OF_MEMORY;
  std::memset(memory, 0xff, bytes);
  *pointer = reinterpret_cast<CUdeviceptr>(memory);
  emulator.allocated[*pointer] = bytes;
  return CUDA_SUCCESS;
}
GF_DRIVER cuMemFree(CUdeviceptr pointer) {
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  if (emulator.allocated.erase(pointer) == 0)
    return CUDA_ERROR_INVALID_VALUE;
  std::free(reinterpret_cast<void *>(pointer));
  return CUDA_SUCCESS;
}
GF_DRIVER cuMemcpyHtoD(CUdeviceptr to, const void *from, std::size_t bytes) {
  return copy(reinterpret_cast<void *>(to), from, to, bytes);
}
GF_DRIVER cuMemcpyDtoH(void *to, CUdeviceptr from, std::size_t bytes) {
  return copy(to, reinterpret_cast<const void *>(from), from, bytes);
}
GF_DRIVER cuCtxSynchronize() { return hasContext() ? CUDA_SUCCESS : CUDA_ERROR_INVALID_CONTEXT; }

GF_DRIVER cuEventCreate(CUevent *event, unsigned) {
  if (!hasContext())
    return CUDA_ERROR_INVALID_CONTEXT;
  *event = reinterpret_cast<CUevent>(new Event{});
  return CUDA_SUCCESS;
}
GF_DRIVER cuEventDestroy(CUevent event) {
  delete reinterpret_cast<Event *>(event);
  return CUDA_SUCCESS;
}
GF_DRIVER cuEventRecord(CUevent event, CUstream) {
  reinterpret_cast<Event *>(event)->time = std::chrono::steady_clock::now();
  return CUDA_SUCCESS;
}
GF_DRIVER cuEventSynchronize(CUevent) { return CUDA_SUCCESS; }
GF_DRIVER cuEventElapsedTime(float *milliseconds, CUevent from, CUevent to) {
  auto passed = reinterpret_cast<Event *>(to)->time - reinterpret_cast<Event *>(from)->time;
  *milliseconds = std::chrono::duration<float, std::milli>(passed).count();
  return CUDA_SUCCESS;
}

#include "Device.h"
#include <dlfcn.h>

namespace genfuse::gpu {
namespace {

constexpr int oldest = 80;

#define GF_REPLAY_STRING(name) #name
#define GF_REPLAY_SYMBOL(name) GF_REPLAY_STRING(name) // of the name behind cuda.h's macros

template <class Function> void find(void *library, const char *symbol, Function &function) {
  function = reinterpret_cast<Function>(dlsym(library, symbol));
  if (!function)
    throw NoDevice("no CUDA driver: libcuda.so.1 has no " + std::string(symbol) + ", expected one for CUDA " +
                   std::to_string(CUDA_VERSION / 1000) + "." + std::to_string(CUDA_VERSION % 1000 / 10) +
                   " or newer");
}

std::string dotted(int major, int minor) { return std::to_string(major) + "." + std::to_string(minor); }

} // namespace

Device::Device() {
  void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw NoDevice("no CUDA driver: " + std::string(dlerror()));
#define GF_REPLAY_FIND(name) find(library, GF_REPLAY_SYMBOL(name), table.name);
  GF_REPLAY_FUNCTIONS(GF_REPLAY_FIND)
#undef GF_REPLAY_FIND
  if (CUresult result = table.cuInit(0); result != CUDA_SUCCESS)
    throw NoDevice("no CUDA device: cuInit: " + text(result));
  int version = 0;
  CUdevice device = 0;
  check(table.cuDriverGetVersion(&version), "asking for the driver's version");
  driver = dotted(version / 1000, version % 1000 / 10);
  check(table.cuDeviceGet(&device, 0), "asking for device 0");
  char called[256] = "";
  check(table.cuDeviceGetName(called, sizeof called, device), "asking for the device's name");
  name = called;
  capability = 10 * attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR) +
               attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  if (capability < oldest)
    throw NoDevice("expected a device of compute capability " + dotted(oldest / 10, oldest % 10) +
                   " or more, got " + dotted(capability / 10, capability % 10) + " (" + name + ")");
  size_t bytes = 0;
  check(table.cuDeviceTotalMem(&bytes, device), "asking for the device's memory");
  memory = bytes;
  CUcontext context = nullptr;
  check(table.cuDevicePrimaryCtxRetain(&context, device), "making a context");
  check(table.cuCtxPushCurrent(context), "making a context current");
}

int Device::attribute(CUdevice device, CUdevice_attribute which) const {
  int value = 0;
  check(table.cuDeviceGetAttribute(&value, which, device), "asking for the compute capability");
  return value;
}

std::string Device::text(CUresult result) const {
  const char *name = nullptr, *words = nullptr;
  table.cuGetErrorName(result, &name);
  table.cuGetErrorString(result, &words);
  return std::string(name ? name : "unknown error") + " (" + (words ? words : "no text") + ")";
}

void Device::check(CUresult result, const std::string &doing) const {
  if (result != CUDA_SUCCESS)
    throw std::runtime_error(doing + ": " + text(result));
}

CUdeviceptr Device::allocate(int64_t bytes, const std::string &what) {
  CUdeviceptr memory = 0;
  const size_t size = bytes > 0 ? static_cast<size_t>(bytes) : 1; // an empty array has an address too
  const CUresult result = table.cuMemAlloc(&memory, size);
  if (result == CUDA_ERROR_OUT_OF_MEMORY)
    throw std::runtime_error("out of memory: expected " + std::to_string(bytes) +
                             " bytes of the device for " + what + ", got none");
  check(result, "allocating " + what);
  return memory;
}
void Device::release(CUdeviceptr memory) { table.cuMemFree(memory); }

void Device::upload(CUdeviceptr to, const std::vector<char> &bytes) {
  if (!bytes.empty())
    check(table.cuMemcpyHtoD(to, bytes.data(), bytes.size()), "copying to the device");
}

std::vector<char> Device::download(CUdeviceptr from, int64_t bytes) {
  std::vector<char> result(static_cast<size_t>(bytes));
  if (bytes > 0)
    check(table.cuMemcpyDtoH(result.data(), from, result.size()), "copying from the device");
  return result;
}

void Device::wait() { check(table.cuCtxSynchronize(), "waiting for the device"); }

CUevent Device::event() {
  CUevent event = nullptr;
  check(table.cuEventCreate(&event, CU_EVENT_DEFAULT), "making an event");
  return event;
}
void Device::release(CUevent event) { table.cuEventDestroy(event); }
void Device::record(CUevent event) { check(table.cuEventRecord(event, nullptr), "recording an event"); }

double Device::milliseconds(CUevent from, CUevent to) {
  float passed = 0;
  check(table.cuEventSynchronize(to), "waiting for an event");
  check(table.cuEventElapsedTime(&passed, from, to), "asking for a time");
  return passed;
}

} // namespace genfuse::gpu

// The driver's functions for the emulated device: those that the launch layer and tests call.
#include "Launcher.h"
#include <cstring>
#include <cuda.h>
#include <new>
#include <stdexcept>

#define GF_DRIVER extern "C" GF_HOST_API CUresult

namespace genfuse::cuda_host {
namespace {

/// An image starts with this, then comes the path of the library.
constexpr const char magic[] = "genfuse host image ";

/// Handles are addresses of these.
struct LoadedLibrary {
  std::unique_ptr<Library> library;
};
struct Context {
  int device;
};
Context contexts[8] = {{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}};
thread_local std::vector<CUcontext> current;

const gf_host_kernel *kernelOf(const void *handle) { return static_cast<const gf_host_kernel *>(handle); }

/// The libraries that are loaded: a kernel's handle does not say which one it is in.
std::vector<LoadedLibrary *> loaded;

LoadedLibrary *libraryOf(const gf_host_kernel *kernel) {
  for (LoadedLibrary *candidate : loaded)
    if (kernel >= candidate->library->parts.kernels && kernel < candidate->library->parts.kernels_end)
      return candidate;
  return nullptr;
}

bool validContext(CUcontext context) {
  auto *that = reinterpret_cast<Context *>(context);
  return that >= contexts && that < contexts + 8;
}

} // namespace
} // namespace genfuse::cuda_host

using namespace genfuse::cuda_host;

GF_DRIVER cuInit(unsigned) {
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  return emulator.device.devices > 0 ? CUDA_SUCCESS : CUDA_ERROR_NO_DEVICE;
}
/// NVRTC, if it finds a driver in the process, asks for functions of its own.
GF_DRIVER cuGetExportTable(const void **table, const CUuuid *) {
  *table = nullptr;
  return CUDA_ERROR_NOT_FOUND;
}
GF_DRIVER cuDriverGetVersion(int *version) {
  *version = CUDA_VERSION;
  return CUDA_SUCCESS;
}
GF_DRIVER cuDeviceGet(CUdevice *device, int ordinal) {
  if (ordinal < 0 || ordinal >= Emulator::instance().device.devices)
    return CUDA_ERROR_INVALID_DEVICE;
  *device = ordinal;
  return CUDA_SUCCESS;
}
GF_DRIVER cuDeviceGetName(char *name, int length, CUdevice) {
  std::snprintf(name, static_cast<std::size_t>(length), "emulated device");
  return CUDA_SUCCESS;
}
GF_DRIVER cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice) {
  int capability = Emulator::instance().device.capability;
  switch (attribute) {
  case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
    *value = capability / 10;
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
    *value = capability % 10;
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS:
    *value = Emulator::instance().device.pageable;
    return CUDA_SUCCESS;
  default:
    return CUDA_ERROR_INVALID_VALUE;
  }
}
GF_DRIVER cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
  if (device < 0 || device >= Emulator::instance().device.devices)
    return CUDA_ERROR_INVALID_DEVICE;
  *context = reinterpret_cast<CUcontext>(&contexts[device]);
  return CUDA_SUCCESS;
}
GF_DRIVER cuCtxGetCurrent(CUcontext *context) {
  *context = current.empty() ? nullptr : current.back();
  return CUDA_SUCCESS;
}
GF_DRIVER cuCtxGetDevice(CUdevice *device) {
  if (current.empty())
    return CUDA_ERROR_INVALID_CONTEXT;
  *device = reinterpret_cast<Context *>(current.back())->device;
  return CUDA_SUCCESS;
}
GF_DRIVER cuCtxPushCurrent(CUcontext context) {
  if (!validContext(context))
    return CUDA_ERROR_INVALID_CONTEXT;
  current.push_back(context);
  return CUDA_SUCCESS;
}
GF_DRIVER cuCtxPopCurrent(CUcontext *context) {
  if (current.empty())
    return CUDA_ERROR_INVALID_CONTEXT;
  *context = current.back();
  current.pop_back();
  return CUDA_SUCCESS;
}
GF_DRIVER cuStreamGetCtx(CUstream stream, CUcontext *context) {
  // A stream is made by a test: the address of a context's number, see streamOn() of the launch tests.
  int device = *reinterpret_cast<int *>(stream);
  return cuDevicePrimaryCtxRetain(context, device);
}

/// Where memory lies: setMemory.
GF_DRIVER cuPointerGetAttribute(void *value, CUpointer_attribute attribute, CUdeviceptr pointer) {
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  int place = 0;
  for (const auto &[range, where] : emulator.places)
    if (pointer - range.begin < range.bytes)
      place = where;
  if (place == unknown_memory)
    return CUDA_ERROR_INVALID_VALUE;
  switch (attribute) {
  case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
    *static_cast<unsigned *>(value) = place == pinned_memory ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE;
    return CUDA_SUCCESS;
  case CU_POINTER_ATTRIBUTE_IS_MANAGED:
    *static_cast<unsigned *>(value) = place == managed_memory;
    return CUDA_SUCCESS;
  case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
    *static_cast<int *>(value) = place;
    return CUDA_SUCCESS;
  default:
    return CUDA_ERROR_INVALID_VALUE;
  }
}

GF_DRIVER cuLibraryLoadData(CUlibrary *handle, const void *code, CUjit_option *, void **, unsigned,
                            CUlibraryOption *, void **, unsigned) {
  const char *text = static_cast<const char *>(code);
  if (std::strncmp(text, magic, sizeof magic - 1) != 0)
    return CUDA_ERROR_NO_BINARY_FOR_GPU; // a real image: nothing for this device is in it
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  try {
    loaded.push_back(new LoadedLibrary{emulator.open(text + sizeof magic - 1)});
  } catch (const std::exception &error) {
    emulator.fault = error.what();
    return CUDA_ERROR_INVALID_IMAGE;
  }
  *handle = reinterpret_cast<CUlibrary>(loaded.back());
  return CUDA_SUCCESS;
}
GF_DRIVER cuLibraryUnload(CUlibrary handle) {
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  auto *that = reinterpret_cast<LoadedLibrary *>(handle);
  if (std::erase(loaded, that) == 0)
    return CUDA_ERROR_INVALID_HANDLE;
  delete that; // its code stays mapped: sites of accesses refer to it
  return CUDA_SUCCESS;
}
GF_DRIVER cuLibraryGetKernelCount(unsigned *count, CUlibrary handle) {
  const gf_host_library &parts = reinterpret_cast<LoadedLibrary *>(handle)->library->parts;
  *count = static_cast<unsigned>(parts.kernels_end - parts.kernels);
  return CUDA_SUCCESS;
}
GF_DRIVER cuLibraryEnumerateKernels(CUkernel *kernels, unsigned count, CUlibrary handle) {
  const gf_host_library &parts = reinterpret_cast<LoadedLibrary *>(handle)->library->parts;
  for (unsigned i = 0; i < count; ++i)
    kernels[i] = reinterpret_cast<CUkernel>(const_cast<gf_host_kernel *>(parts.kernels + i));
  return CUDA_SUCCESS;
}
GF_DRIVER cuKernelGetName(const char **name, CUkernel kernel) {
  *name = kernelOf(kernel)->name;
  return CUDA_SUCCESS;
}
GF_DRIVER cuKernelGetFunction(CUfunction *function, CUkernel kernel) {
  *function = reinterpret_cast<CUfunction>(kernel);
  return CUDA_SUCCESS;
}

GF_DRIVER cuLaunchKernel(CUfunction function, unsigned x, unsigned y, unsigned z, unsigned threads,
                         unsigned threads_y, unsigned threads_z, unsigned dynamic_bytes, CUstream,
                         void **arguments, void **) {
  if (current.empty())
    return CUDA_ERROR_INVALID_CONTEXT;
  if (x == 0 || x > 0x7fffffffu || y != 1 || z != 1 || threads == 0 || threads > 1024 || threads_y != 1 ||
      threads_z != 1)
    return CUDA_ERROR_INVALID_VALUE;
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  LoadedLibrary *in = libraryOf(kernelOf(function));
  if (!in)
    return CUDA_ERROR_INVALID_HANDLE;
  try {
    std::string wrong =
        emulator.launch(*in->library, *kernelOf(function), x, threads, dynamic_bytes, arguments);
    return wrong.empty() ? CUDA_SUCCESS : CUDA_ERROR_LAUNCH_FAILED;
  } catch (const std::bad_alloc &) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
}

GF_DRIVER cuGetErrorName(CUresult result, const char **name) {
  switch (result) {
#define GF_NAME(value)                                                                                       \
  case value:                                                                                                \
    *name = #value;                                                                                          \
    return CUDA_SUCCESS;
    GF_NAME(CUDA_SUCCESS)
    GF_NAME(CUDA_ERROR_INVALID_VALUE)
    GF_NAME(CUDA_ERROR_OUT_OF_MEMORY)
    GF_NAME(CUDA_ERROR_NO_DEVICE)
    GF_NAME(CUDA_ERROR_INVALID_DEVICE)
    GF_NAME(CUDA_ERROR_INVALID_IMAGE)
    GF_NAME(CUDA_ERROR_INVALID_CONTEXT)
    GF_NAME(CUDA_ERROR_NO_BINARY_FOR_GPU)
    GF_NAME(CUDA_ERROR_INVALID_HANDLE)
    GF_NAME(CUDA_ERROR_LAUNCH_FAILED)
#undef GF_NAME
  default:
    *name = nullptr;
    return CUDA_ERROR_INVALID_VALUE;
  }
}
/// For a launch or an image that failed: what was wrong with it.
GF_DRIVER cuGetErrorString(CUresult result, const char **text) {
  if (result == CUDA_ERROR_LAUNCH_FAILED || result == CUDA_ERROR_INVALID_IMAGE)
    *text = Emulator::instance().fault.c_str();
  else if (result == CUDA_ERROR_NO_DEVICE)
    *text = "no device is emulated";
  else
    *text = "as the emulated device says";
  return CUDA_SUCCESS;
}

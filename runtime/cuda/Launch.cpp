#include "Image.h"
#include <cstdarg>
#include <cstdio>

namespace genfuse::cuda::inline abi2 {
namespace {

[[gnu::format(printf, 3, 4)]] int32_t fail(const gf_call &call, int32_t status, const char *format, ...) {
  if (call.error && call.error_capacity > 0) {
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(call.error, static_cast<std::size_t>(call.error_capacity), format, arguments);
    va_end(arguments);
  }
  return status;
}

/// Whether a result says that the image has no code that the device can run.
bool lacksCode(CUresult result) {
  return result == CUDA_ERROR_NO_BINARY_FOR_GPU || result == CUDA_ERROR_UNSUPPORTED_PTX_VERSION ||
         result == CUDA_ERROR_JIT_COMPILER_NOT_FOUND;
}

/// 10 * major + minor.
int capabilityOf(CUdevice device, const Driver &driver) {
  int major = 0, minor = 0;
  driver.cuDeviceGetAttribute(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device);
  driver.cuDeviceGetAttribute(&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device);
  return 10 * major + minor;
}

/// One launch or load: what all its messages name.
struct Task {
  const gf_cuda_image &image;
  const char *doing, *what; ///< "launching", "digits_value"
  const gf_call &call;
  const Driver &driver;

  int32_t fail(const Failure &failure, CUdevice device) const {
    const char *name = "unknown error", *text = "";
    driver.cuGetErrorName(failure.result, &name);
    driver.cuGetErrorString(failure.result, &text);
    if (!lacksCode(failure.result))
      return cuda::fail(call, GF_DEVICE_ERROR, "%s %s: %s: %s (%s)", doing, what, failure.where, name, text);
    char model[128] = "unknown device";
    driver.cuDeviceGetName(model, sizeof model, device);
    const int capability = capabilityOf(device, driver);
    return cuda::fail(
        call, GF_NOT_AVAILABLE,
        "%s %s: the image of '%s' holds no code for this device (%s, compute capability %d.%d): %s (%s)",
        doing, what, image.name, model, capability / 10, capability % 10, name, text);
  }
};

/// The thread's context for one call: its current one, else that of the stream, else the primary one of
/// device 0, which is retained once a process.
class Context {
public:
  Context(const Driver &driver, void *stream, Failure &failure) : driver(driver) {
    CUcontext context = nullptr;
    if (check("cuCtxGetCurrent", driver.cuCtxGetCurrent(&context), failure) && !context)
      push(stream, failure);
    if (failure.result == CUDA_SUCCESS)
      check("cuCtxGetDevice", driver.cuCtxGetDevice(&device), failure);
  }
  ~Context() {
    CUcontext context;
    if (pushed)
      driver.cuCtxPopCurrent(&context);
  }
  Context(const Context &) = delete;
  Context &operator=(const Context &) = delete;

  CUdevice device = 0;

private:
  static bool check(const char *where, CUresult result, Failure &failure) {
    if (result != CUDA_SUCCESS)
      failure = {result, where};
    return result == CUDA_SUCCESS;
  }
  void push(void *stream, Failure &failure) {
    CUcontext context = nullptr;
    // The default streams (null and the two special numbers) belong to whichever context is current.
    bool own = reinterpret_cast<std::uintptr_t>(stream) > 2;
    bool found =
        own ? check("cuStreamGetCtx", driver.cuStreamGetCtx(static_cast<CUstream>(stream), &context), failure)
            : primary(context, failure);
    pushed = found && check("cuCtxPushCurrent", driver.cuCtxPushCurrent(context), failure);
  }
  bool primary(CUcontext &context, Failure &failure) {
    static constinit std::atomic<CUcontext> retained{nullptr};
    static constinit std::atomic<const Driver *> owner{nullptr};
    context = retained.load(std::memory_order_acquire);
    if (context && owner.load(std::memory_order_acquire) == &driver)
      return true;
    CUdevice first;
    if (!check("cuDeviceGet", driver.cuDeviceGet(&first, 0), failure) ||
        !check("cuDevicePrimaryCtxRetain", driver.cuDevicePrimaryCtxRetain(&context, first), failure))
      return false;
    owner.store(&driver, std::memory_order_release);
    retained.store(context, std::memory_order_release);
    return true;
  }

  const Driver &driver;
  bool pushed = false;
};

/// Where memory lies, as far as a device is concerned.
struct Place {
  bool reachable = false;
  int device = -1; ///< that has it; -1: the host
};

Place placeOf(const void *pointer, CUdevice from, const Driver &driver) {
  const auto address = reinterpret_cast<CUdeviceptr>(pointer);
  unsigned type = 0, managed = 0;
  int owner = -1, pageable = 0;
  if (driver.cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, address) != CUDA_SUCCESS) {
    // Memory that the driver does not know: the host's, which some machines let their devices reach.
    driver.cuDeviceGetAttribute(&pageable, CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS, from);
    return {pageable != 0, -1};
  }
  driver.cuPointerGetAttribute(&managed, CU_POINTER_ATTRIBUTE_IS_MANAGED, address);
  if (managed || type == CU_MEMORYTYPE_HOST)
    return {true, -1};
  driver.cuPointerGetAttribute(&owner, CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, address);
  return {owner == from, owner};
}

bool isWidth(int32_t width) {
  return width == 1 || (width >= 32 && width <= 1024 && (width & (width - 1)) == 0);
}

/// Threads of a block (GF_BLOCK of kernel.h).
constexpr int32_t blockOf(int32_t width) { return width > 32 ? width : 128; }

unsigned blocksFor(int64_t groups, int32_t width) {
  int64_t each = blockOf(width) / width, blocks = groups / each + (groups % each != 0);
  return static_cast<unsigned>(blocks < GF_CUDA_MAX_BLOCKS ? blocks : GF_CUDA_MAX_BLOCKS);
}

int32_t start(const Task &task, const Kernel &kernel, unsigned blocks, int32_t width, void **arguments,
              CUdevice device) {
  CUresult result = task.driver.cuLaunchKernel(reinterpret_cast<CUfunction>(kernel.handle), blocks, 1, 1,
                                               static_cast<unsigned>(blockOf(width)), 1, 1, 0,
                                               static_cast<CUstream>(task.call.stream), arguments, nullptr);
  return result == CUDA_SUCCESS ? GF_OK : task.fail({result, "cuLaunchKernel"}, device);
}

int32_t checkImage(const gf_cuda_image &image, const char *doing, const char *what, const gf_call &call) {
  if (image.abi_version == GF_ABI_VERSION)
    return GF_OK;
  return fail(call, GF_ABI_MISMATCH, "%s %s: expected an image of ABI version %u, got '%s' of version %u",
              doing, what, GF_ABI_VERSION, image.name, image.abi_version);
}

} // namespace
} // namespace genfuse::cuda::inline abi2

int32_t gf_cuda_launch(gf_cuda_image *image, const char *kernel, int64_t groups, int32_t width,
                       void **arguments, const gf_call *call) {
  using namespace genfuse::cuda;
  if (int32_t status = checkImage(*image, "launching", kernel, *call))
    return status;
  if (!isWidth(width))
    return fail(*call, GF_BAD_ARGUMENT,
                "launching %s: expected groups of 1, 32, 64, 128, 256, 512 or 1024 threads, got %d", kernel,
                width);
  if (groups < 0)
    return fail(*call, GF_BAD_ARGUMENT, "launching %s: expected 0 or more groups, got %lld", kernel,
                static_cast<long long>(groups));
  if (groups == 0)
    return GF_OK;
  const char *why = "";
  const Driver *table = driver(why);
  if (!table)
    return fail(*call, GF_NOT_AVAILABLE, "launching %s: %s", kernel, why);
  Task task{*image, "launching", kernel, *call, *table};
  Failure failure;
  Context context(*table, call->stream, failure);
  if (failure.result != CUDA_SUCCESS)
    return task.fail(failure, context.device);
  Image *loaded = loadImage(*image, *table, failure);
  if (!loaded || !loadOnDevice(*loaded, context.device, *table, failure))
    return task.fail(failure, context.device);
  const Kernel *found = loaded->find(kernel);
  if (!found)
    return fail(*call, GF_BAD_ARGUMENT, "launching %s: the image of '%s' has no such kernel (it has %u)",
                kernel, image->name, loaded->count);
  return start(task, *found, blocksFor(groups, width), width, arguments, context.device);
}

int32_t gf_cuda_load(gf_cuda_image *image, const gf_call *call) {
  using namespace genfuse::cuda;
  if (int32_t status = checkImage(*image, "loading", image->name, *call))
    return status;
  const char *why = "";
  const Driver *table = driver(why);
  if (!table)
    return fail(*call, GF_NOT_AVAILABLE, "loading %s: %s", image->name, why);
  Task task{*image, "loading", image->name, *call, *table};
  Failure failure;
  Context context(*table, call->stream, failure);
  Image *loaded = failure.result == CUDA_SUCCESS ? loadImage(*image, *table, failure) : nullptr;
  if (!loaded || !loadOnDevice(*loaded, context.device, *table, failure))
    return task.fail(failure, context.device);
  return GF_OK;
}

int32_t gf_cuda_architecture(int32_t *architecture, const gf_call *call) {
  using namespace genfuse::cuda;
  const char *why = "";
  const Driver *table = driver(why);
  if (!table)
    return fail(*call, GF_NOT_AVAILABLE, "asking for a device: %s", why);
  Failure failure;
  Context context(*table, call->stream, failure);
  if (failure.result != CUDA_SUCCESS)
    return Task{gf_cuda_image{}, "asking for", "a device", *call, *table}.fail(failure, context.device);
  *architecture = capabilityOf(context.device, *table);
  return GF_OK;
}

int32_t gf_cuda_check_memory(const void *pointer, const char *name, const gf_call *call) {
  using namespace genfuse::cuda;
  const char *why = "";
  const Driver *table = driver(why);
  if (!table)
    return fail(*call, GF_NOT_AVAILABLE, "%s: %s", name, why);
  Failure failure;
  Context context(*table, call->stream, failure);
  if (failure.result != CUDA_SUCCESS)
    return Task{gf_cuda_image{}, "checking", name, *call, *table}.fail(failure, context.device);
  if (!pointer)
    return fail(*call, GF_BAD_ARGUMENT, "%s: expected memory of device %d, got null", name, context.device);
  Place place = placeOf(pointer, context.device, *table);
  if (place.reachable)
    return GF_OK;
  if (place.device < 0)
    return fail(*call, GF_BAD_ARGUMENT, "%s: expected memory of device %d, got memory of the host", name,
                context.device);
  return fail(*call, GF_BAD_ARGUMENT, "%s: expected memory of device %d, got memory of device %d", name,
              context.device, place.device);
}

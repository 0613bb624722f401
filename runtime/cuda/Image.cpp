#include "Image.h"
#include "Mutex.h"
#include <cstdlib>
#include <cstring>
#include <new>

namespace genfuse::cuda::inline abi2 {
namespace {

constinit Mutex mutex;

int byName(const void *a, const void *b) {
  return std::strcmp(static_cast<const Kernel *>(a)->name, static_cast<const Kernel *>(b)->name);
}

/// Calls the driver until something fails.
class Attempt {
public:
  explicit Attempt(Failure &failure) : failure(failure) {}
  bool operator()(const char *where, CUresult result) {
    if (result == CUDA_SUCCESS)
      return true;
    failure = {result, where};
    return false;
  }

private:
  Failure &failure;
};

bool nameKernels(Image &image, const Driver &driver, Attempt &attempt) {
  auto *handles = static_cast<CUkernel *>(std::malloc(sizeof(CUkernel) * (image.count + 1)));
  if (!handles)
    return attempt("malloc", CUDA_ERROR_OUT_OF_MEMORY);
  bool done = attempt("cuLibraryEnumerateKernels",
                      driver.cuLibraryEnumerateKernels(handles, image.count, image.library));
  for (unsigned i = 0; done && i < image.count; ++i) {
    image.kernels[i].handle = handles[i];
    done = attempt("cuKernelGetName", driver.cuKernelGetName(&image.kernels[i].name, handles[i]));
  }
  std::free(handles);
  if (done)
    std::qsort(image.kernels, image.count, sizeof(Kernel), byName);
  return done;
}

Image *load(const gf_cuda_image &from, const Driver &driver, Attempt &attempt) {
  CUlibrary library = nullptr;
  if (!attempt("cuLibraryLoadData",
               driver.cuLibraryLoadData(&library, from.data, nullptr, nullptr, 0, nullptr, nullptr, 0)))
    return nullptr;
  unsigned count = 0;
  void *room = nullptr;
  if (attempt("cuLibraryGetKernelCount", driver.cuLibraryGetKernelCount(&count, library)) &&
      attempt("malloc", (room = std::calloc(1, sizeof(Image) + count * sizeof(Kernel)))
                            ? CUDA_SUCCESS
                            : CUDA_ERROR_OUT_OF_MEMORY)) {
    Image *image = new (room) Image;
    image->library = library;
    image->count = count;
    if (nameKernels(*image, driver, attempt))
      return image;
  }
  std::free(room);
  driver.cuLibraryUnload(library);
  return nullptr;
}

} // namespace

const Kernel *Image::find(const char *name) const {
  Kernel wanted{name, nullptr};
  return static_cast<const Kernel *>(std::bsearch(&wanted, kernels, count, sizeof(Kernel), byName));
}

Image *loadImage(gf_cuda_image &image, const Driver &driver, Failure &failure) {
  std::atomic_ref<void *> handle(image.handle);
  if (void *loaded = handle.load(std::memory_order_acquire))
    return static_cast<Image *>(loaded);
  Lock lock(mutex);
  if (void *loaded = handle.load(std::memory_order_relaxed))
    return static_cast<Image *>(loaded);
  Attempt attempt(failure);
  Image *loaded = load(image, driver, attempt);
  handle.store(loaded, std::memory_order_release);
  return loaded;
}

bool loadOnDevice(Image &image, CUdevice device, const Driver &driver, Failure &failure) {
  std::uint64_t bit = std::uint64_t(1) << (device & 63);
  if (image.devices.load(std::memory_order_acquire) & bit)
    return true;
  Attempt attempt(failure); // two threads may both do this: it has no effect the second time
  for (unsigned i = 0; i < image.count; ++i) {
    CUfunction function;
    if (!attempt("cuKernelGetFunction", driver.cuKernelGetFunction(&function, image.kernels[i].handle)))
      return false;
  }
  image.devices.fetch_or(bit, std::memory_order_release);
  return true;
}

} // namespace genfuse::cuda::inline abi2

void gf_cuda_unload(gf_cuda_image *image) {
  using namespace genfuse::cuda;
  const char *why;
  auto *loaded = static_cast<Image *>(image->handle);
  if (!loaded)
    return;
  if (const Driver *table = driver(why))
    table->cuLibraryUnload(loaded->library);
  std::free(loaded);
  image->handle = nullptr;
}

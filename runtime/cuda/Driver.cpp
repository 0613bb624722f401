#include "Driver.h"
#include "Mutex.h"
#include <atomic>
#include <cstdio>
#include <dlfcn.h>

namespace genfuse::cuda::inline abi2 {
namespace {

constinit Mutex mutex;
constinit Driver found{};
constinit char message[512] = "";
constinit std::atomic<const Driver *> current{nullptr}, replaced{nullptr};
constinit std::atomic<bool> tried{false};

#define GF_CUDA_STRING(name) #name
#define GF_CUDA_SYMBOL(name) GF_CUDA_STRING(name) // of the name behind cuda.h's macros

template <class Function> bool find(void *library, const char *symbol, Function &function) {
  function = reinterpret_cast<Function>(dlsym(library, symbol));
  if (!function)
    std::snprintf(message, sizeof message,
                  "no CUDA driver: it has no %s, expected one for CUDA %d.%d or newer", symbol,
                  CUDA_VERSION / 1000, CUDA_VERSION % 1000 / 10);
  return function;
}

bool start() {
  CUresult result = found.cuInit(0);
  if (result == CUDA_SUCCESS)
    return true;
  const char *name = "unknown error", *text = "";
  found.cuGetErrorName(result, &name);
  found.cuGetErrorString(result, &text);
  std::snprintf(message, sizeof message, "no CUDA device: cuInit: %s (%s)", name, text);
  return false;
}

} // namespace

const char *openDriver(const char *name, Driver &table) {
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *reason = dlerror();
    std::snprintf(message, sizeof message, "no CUDA driver: %s", reason ? reason : name);
    return message;
  }
#define GF_CUDA_FIND(name)                                                                                   \
  if (!find(library, GF_CUDA_SYMBOL(name), table.name))                                                      \
    return message;
  GF_CUDA_FUNCTIONS(GF_CUDA_FIND)
#undef GF_CUDA_FIND
  return nullptr; // the library stays open
}

const Driver *driver(const char *&why) {
  if (const Driver *table = replaced.load(std::memory_order_acquire))
    return table;
  if (!tried.load(std::memory_order_acquire)) {
    Lock lock(mutex);
    if (!tried.load(std::memory_order_relaxed)) {
      if (!openDriver("libcuda.so.1", found) && start())
        current.store(&found, std::memory_order_relaxed);
      tried.store(true, std::memory_order_release);
    }
  }
  why = message;
  return current.load(std::memory_order_relaxed);
}

void useDriver(const Driver *replacement) { replaced.store(replacement, std::memory_order_release); }

} // namespace genfuse::cuda::inline abi2

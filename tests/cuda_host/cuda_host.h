// CUDA's language and intrinsics for a host compiler. Generated text compiles behind it into a shared library
//   clang++ -std=c++20 -O1 -shared -fPIC -ffp-contract=off -DGENFUSE_HOST_EMULATION -include cuda_host.h -x
//   c++ text.cu
// whose kernels Emulator.h runs: threads of a block are fibers (Block.h), and one block runs at a time.
#pragma once
#if !defined(__x86_64__) || !defined(__linux__)
#error "the emulation of CUDA kernels is written for x86-64 Linux"
#endif
#include "host_api.h"
#include <math.h>
#include <string.h>
#include <utility>

#if defined(__clang__)
#define GF_HOST_UNTRACED __attribute__((no_sanitize("coverage")))
#else
#define GF_HOST_UNTRACED
#endif

static const gf_host_api *gf_host;

// The language. Kernels are not inlined, so that they are traced and their callers are not.
#define __global__ __attribute__((noinline))
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __restrict__ __restrict
#define __align__(n) __attribute__((aligned(n)))
// Shared memory lies in a section of its own, so that the emulator can fill it with NaN before each block.
#define __shared__ static __attribute__((section("gf_shared")))
#define GF_DYNAMIC_SHARED(T, name) T *name = static_cast<T *>(gf_host->dynamic_shared)

#define threadIdx (gf_host->thread)
#define blockIdx (gf_host->block)
#define blockDim (gf_host->block_size)
#define gridDim (gf_host->grid_size)

// The line of the text that called a function of genfuse_cuda.h, for messages.
#define GF_SITE int gf_line = __builtin_LINE()
#define GF_AND_SITE , int gf_line = __builtin_LINE()
#define GF_HERE gf_line
#define GF_AND_HERE , gf_line

inline void __syncthreads(int line = __builtin_LINE()) { gf_host->meet_block(gf_host_barrier, line, 0); }
inline int __syncthreads_or(int value, int line = __builtin_LINE()) {
  return static_cast<int>(gf_host->meet_block(gf_host_barrier_or, line, value != 0));
}
inline int __syncthreads_and(int value, int line = __builtin_LINE()) {
  return static_cast<int>(gf_host->meet_block(gf_host_barrier_and, line, value != 0));
}
inline void __syncwarp(unsigned mask = 0xffffffffu, int line = __builtin_LINE()) {
  gf_host->meet_warp(gf_host_syncwarp, line, mask, 0, 0);
}
inline unsigned __ballot_sync(unsigned mask, int value, int line = __builtin_LINE()) {
  return static_cast<unsigned>(gf_host->meet_warp(gf_host_vote, line, mask, value != 0, 0));
}
inline int __any_sync(unsigned mask, int value, int line = __builtin_LINE()) {
  return __ballot_sync(mask, value, line) != 0;
}
inline int __all_sync(unsigned mask, int value, int line = __builtin_LINE()) {
  return __ballot_sync(mask, value, line) == mask;
}

/// The value that lane `source` of the warp publishes.
template <class T> T gf_host_take(unsigned mask, T value, int source, int line) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8, "shuffles move 4 or 8 bytes");
  uint64_t word = 0;
  memcpy(&word, &value, sizeof value);
  word = gf_host->meet_warp(gf_host_shuffle, line, mask, word, source);
  memcpy(&value, &word, sizeof value);
  return value;
}
inline int gf_host_lane() { return static_cast<int>(threadIdx.x & 31); }
/// Values that CUDA passes as int.
template <class T> auto gf_host_promoted(T value) { return +value; }

template <class T> auto __shfl_sync(unsigned mask, T value, int source, int line = __builtin_LINE()) {
  return gf_host_take(mask, gf_host_promoted(value), source & 31, line);
}
template <class T> auto __shfl_xor_sync(unsigned mask, T value, int distance, int line = __builtin_LINE()) {
  return gf_host_take(mask, gf_host_promoted(value), (gf_host_lane() ^ distance) & 31, line);
}
template <class T>
auto __shfl_up_sync(unsigned mask, T value, unsigned distance, int line = __builtin_LINE()) {
  int source = gf_host_lane() - static_cast<int>(distance);
  return gf_host_take(mask, gf_host_promoted(value), source < 0 ? gf_host_lane() : source, line);
}
template <class T>
auto __shfl_down_sync(unsigned mask, T value, unsigned distance, int line = __builtin_LINE()) {
  int source = gf_host_lane() + static_cast<int>(distance);
  return gf_host_take(mask, gf_host_promoted(value), source > 31 ? gf_host_lane() : source, line);
}

/// Calls a kernel with arguments behind pointers.
template <auto kernel> struct gf_host_runner;
template <class... A, void (*kernel)(A...)> struct gf_host_runner<kernel> {
  GF_HOST_UNTRACED static void run(void **arguments) { call(arguments, std::index_sequence_for<A...>()); }
  template <size_t... i>
  GF_HOST_UNTRACED __attribute__((always_inline)) static void call(void **arguments,
                                                                   std::index_sequence<i...>) {
    kernel(*static_cast<A *>(arguments[i])...);
  }
};
#define GF_EXPORT_KERNEL(name)                                                                               \
  __attribute__((section("gf_kernels"), used)) static const gf_host_kernel gf_host_kernel_of_##name = {      \
      #name, gf_host_runner<name>::run};

extern "C" {
extern const gf_host_kernel __start_gf_kernels[] __attribute__((weak, visibility("hidden")));
extern const gf_host_kernel __stop_gf_kernels[] __attribute__((weak, visibility("hidden")));
extern unsigned char __start_gf_shared[] __attribute__((weak, visibility("hidden")));
extern unsigned char __stop_gf_shared[] __attribute__((weak, visibility("hidden")));

__attribute__((visibility("default"))) GF_HOST_UNTRACED gf_host_library
gf_host_describe(const gf_host_api *api) {
  gf_host = api;
  return {__start_gf_kernels, __stop_gf_kernels, __start_gf_shared, __stop_gf_shared};
}

// clang calls these before loads and stores with -fsanitize-coverage=func,trace-loads,trace-stores.
#define GF_HOST_TRACED(bytes, type)                                                                          \
  GF_HOST_UNTRACED void __sanitizer_cov_load##bytes(type *address) {                                         \
    gf_host->access(address, bytes, 0, __builtin_return_address(0));                                         \
  }                                                                                                          \
  GF_HOST_UNTRACED void __sanitizer_cov_store##bytes(type *address) {                                        \
    gf_host->access(address, bytes, 1, __builtin_return_address(0));                                         \
  }
#if defined(GF_HOST_TRACE)
GF_HOST_TRACED(1, uint8_t)
GF_HOST_TRACED(2, uint16_t)
GF_HOST_TRACED(4, uint32_t)
GF_HOST_TRACED(8, uint64_t)
GF_HOST_TRACED(16, __int128)
#endif
}

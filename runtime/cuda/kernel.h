// What generated CUDA text builds on: groups of threads, their reductions, and the device library.
//
// The text includes this file as genfuse_cuda.h, joined with the device library into one file
// (join_headers.cmake). It compiles with NVRTC and nvcc (--fmad=false, -std=c++17 or later), and with a host
// compiler as C++20 under -DGENFUSE_HOST_EMULATION (-ffp-contract=off), where tests/cuda_host/cuda_host.h,
// included before it, supplies the rest of CUDA.
//
// A *group* is what works on one item: W == 1 is a thread, W == 32 a warp, and W == 64, 128, .. 1024 a block.
// All threads of a group call the functions below together, W == 1 apart.
#pragma once
#if defined(__CUDACC_RTC__) // has no <stdint.h>
using int8_t = signed char;
using uint8_t = unsigned char;
using int16_t = short;
using uint16_t = unsigned short;
using int32_t = int;
using uint32_t = unsigned int;
using int64_t = long;
using uint64_t = unsigned long;
#else
#include <stdint.h>
#endif

#include "../device/entry_points.h"

#if !defined(GENFUSE_HOST_EMULATION)
// The emulation hands the line of the caller to what may stop a thread, for its messages.
#define GF_SITE
#define GF_AND_SITE
#define GF_HERE
#define GF_AND_HERE
// The emulation makes kernels callable by name.
#define GF_EXPORT_KERNEL(name)
/// `T *name`: the shared memory of a block whose size the launch gives.
#define GF_DYNAMIC_SHARED(T, name)                                                                           \
  extern __shared__ __align__(16) unsigned char gf_dynamic_shared[];                                         \
  T *name = reinterpret_cast<T *>(gf_dynamic_shared)
#endif

/// Rows and offsets.
using index_t = int64_t;
static_assert(sizeof(index_t) == 8 && sizeof(int32_t) == 4, "unexpected integer sizes");

/// Threads of a block whose groups have W threads: the only block size that such a kernel may be launched
/// with, `__launch_bounds__(GF_BLOCK(W), 1)`. Without the second bound ptxas spills in a fifth of the
/// kernels, to have more blocks on an SM, at 40 registers a thread already.
#define GF_BLOCK(W) ((W) > 32 ? (W) : 128)

#define GF_INF_F32 (genfuse::device::infinity<float>())
#define GF_INF_F64 (genfuse::device::infinity<double>())
#define GF_NAN_F32 (genfuse::device::not_a_number<float>())
#define GF_NAN_F64 (genfuse::device::not_a_number<double>())

GF_DEVICE uint32_t gf_to_bits(float x) { return genfuse::device::to_bits(x); }
GF_DEVICE uint64_t gf_to_bits(double x) { return genfuse::device::to_bits(x); }
GF_DEVICE float gf_from_bits(uint32_t x) { return genfuse::device::from_bits(x); }
GF_DEVICE double gf_from_bits(uint64_t x) {
  return genfuse::device::from_bits(static_cast<genfuse::device::u64>(x));
}

// The arithmetic of the device library by overloaded names: each correctly rounded.
GF_DEVICE float gf_fma(float a, float b, float c) { return genfuse::device::fma(a, b, c); }
GF_DEVICE double gf_fma(double a, double b, double c) { return genfuse::device::fma(a, b, c); }
GF_DEVICE float gf_divide(float a, float b) { return genfuse::device::divide(a, b); }
GF_DEVICE double gf_divide(double a, double b) { return genfuse::device::divide(a, b); }
GF_DEVICE float gf_sqrt(float x) { return genfuse::device::square_root(x); }
GF_DEVICE double gf_sqrt(double x) { return genfuse::device::square_root(x); }
GF_DEVICE float gf_abs(float x) { return genfuse::device::absolute(x); }
GF_DEVICE double gf_abs(double x) { return genfuse::device::absolute(x); }
GF_DEVICE float gf_floor(float x) { return genfuse::device::round_down(x); }
GF_DEVICE double gf_floor(double x) { return genfuse::device::round_down(x); }
GF_DEVICE float gf_ceil(float x) { return -genfuse::device::round_down(-x); }
GF_DEVICE double gf_ceil(double x) { return -genfuse::device::round_down(-x); }
/// The nearest integer, ties to even.
GF_DEVICE float gf_round_even(float x) { return genfuse::device::nearest(x); }
GF_DEVICE double gf_round_even(double x) { return genfuse::device::nearest(x); }
/// |x| with the sign of s.
template <class V> GF_DEVICE V gf_copysign(V x, V s) {
  return genfuse::device::from_bits(genfuse::device::to_bits(genfuse::device::absolute(x)) |
                                    genfuse::device::sign_bits(s));
}
GF_DEVICE bool gf_is_nan(float x) { return !(x == x); }
GF_DEVICE bool gf_is_nan(double x) { return !(x == x); }

/// The larger number; NaN if either is NaN, and +0 is larger than -0 (IEEE 754-2019 maximum, arith.maximumf).
template <class V> GF_DEVICE V gf_maximum(V a, V b) {
  using namespace genfuse::device;
  if (gf_is_nan(a) || gf_is_nan(b))
    return a + b;
  return a == b ? from_bits(to_bits(a) & to_bits(b)) : a > b ? a : b;
}
/// The smaller number; NaN if either is NaN, and -0 is smaller than +0 (IEEE 754-2019 minimum,
/// arith.minimumf).
template <class V> GF_DEVICE V gf_minimum(V a, V b) {
  using namespace genfuse::device;
  if (gf_is_nan(a) || gf_is_nan(b))
    return a + b;
  return a == b ? from_bits(to_bits(a) | to_bits(b)) : a < b ? a : b;
}
#if defined(__CUDACC__)
GF_DEVICE float gf_maximum(float a, float b) {
  float r;
  asm("max.NaN.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b));
  return r;
}
GF_DEVICE float gf_minimum(float a, float b) {
  float r;
  asm("min.NaN.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b));
  return r;
}
#endif
GF_DEVICE int32_t gf_maximum(int32_t a, int32_t b) { return a > b ? a : b; }
GF_DEVICE int64_t gf_maximum(int64_t a, int64_t b) { return a > b ? a : b; }
GF_DEVICE int32_t gf_minimum(int32_t a, int32_t b) { return a < b ? a : b; }
GF_DEVICE int64_t gf_minimum(int64_t a, int64_t b) { return a < b ? a : b; }

/// The thread within its group: 0 .. W - 1.
template <int W> GF_DEVICE int gf_lane() {
  if constexpr (W == 1)
    return 0;
  else if constexpr (W == 32)
    return static_cast<int>(threadIdx.x & 31);
  else
    return static_cast<int>(threadIdx.x);
}
/// The number of this group among all groups of the launch.
template <int W> GF_DEVICE index_t gf_group() {
  static_assert(W == 1 || W == 32 || W == 64 || W == 128 || W == 256 || W == 512 || W == 1024,
                "a group is a thread, a warp, or a block of 64 to 1024 threads");
  if constexpr (W > 32)
    return static_cast<index_t>(blockIdx.x);
  else // in 64 bits: the product passes 2^32 with many threads
    return static_cast<index_t>(blockIdx.x) * (GF_BLOCK(W) / W) + threadIdx.x / W;
}
/// All groups of the launch: whole blocks, so possibly more than were asked for, or fewer (launch.h). Work is
/// shared out by `for (index_t i = gf_group<W>(); i < n; i += gf_groups<W>())`.
template <int W> GF_DEVICE index_t gf_groups() { return static_cast<index_t>(gridDim.x) * (GF_BLOCK(W) / W); }

/// What the group's threads wrote before it is seen by all of them after it.
template <int W> GF_DEVICE void gf_sync(GF_SITE) {
  if constexpr (W == 32)
    __syncwarp(0xffffffffu GF_AND_HERE);
  else if constexpr (W > 32)
    __syncthreads(GF_HERE);
}

namespace genfuse::device {

struct Add {
  template <class T> GF_DEVICE_MEMBER static T of(T a, T b) { return a + b; }
};
struct Least {
  template <class T> GF_DEVICE_MEMBER static T of(T a, T b) { return ::gf_minimum(a, b); }
};
struct Largest {
  template <class T> GF_DEVICE_MEMBER static T of(T a, T b) { return ::gf_maximum(a, b); }
};

/// A butterfly over `Width` lanes that lie side by side: both partners compute the same sum, so all lanes end
/// with the same bits.
template <int Width, class Op, class T> GF_DEVICE T butterfly(T value GF_AND_SITE) {
  GF_UNROLL
  for (int distance = Width / 2; distance > 0; distance /= 2)
    value = Op::of(value, __shfl_xor_sync(0xffffffffu, value, distance GF_AND_HERE));
  return value;
}

/// Room for one value of each of `Count` warps, the same for every call with these types.
template <class T, int Count> GF_DEVICE T *shared_values() {
  __shared__ T values[Count];
  return values;
}

/// A fixed tree over the group: lanes of a warp first, then warps.
template <int W, class Op, class T> GF_DEVICE T reduce(T value GF_AND_SITE) {
  if constexpr (W == 1) {
    return value;
  } else if constexpr (W == 32) {
    return butterfly<32, Op>(value GF_AND_HERE);
  } else {
    constexpr int warps = W / 32;
    T *values = shared_values<T, warps>();
    value = butterfly<32, Op>(value GF_AND_HERE);
    __syncthreads(GF_HERE); // the values of the call before this one have been read
    if ((threadIdx.x & 31) == 0)
      values[threadIdx.x / 32] = value;
    __syncthreads(GF_HERE);
    return butterfly<warps, Op>(values[threadIdx.x & (warps - 1)] GF_AND_HERE);
  }
}

} // namespace genfuse::device

/// Sum, least and largest value over the group, the same bits in every thread of it. The order is fixed: it
/// depends on W only. T is float, double, int32_t or int64_t; floating-point minima and maxima are NaN if any
/// value is.
template <int W, class T> GF_DEVICE T gf_sum(T value GF_AND_SITE) {
  return genfuse::device::reduce<W, genfuse::device::Add>(value GF_AND_HERE);
}
template <int W, class T> GF_DEVICE T gf_min(T value GF_AND_SITE) {
  return genfuse::device::reduce<W, genfuse::device::Least>(value GF_AND_HERE);
}
template <int W, class T> GF_DEVICE T gf_max(T value GF_AND_SITE) {
  return genfuse::device::reduce<W, genfuse::device::Largest>(value GF_AND_HERE);
}
/// Whether it holds in any thread of the group.
template <int W> GF_DEVICE bool gf_any(bool value GF_AND_SITE) {
  if constexpr (W == 1)
    return value;
  else if constexpr (W == 32)
    return __any_sync(0xffffffffu, value GF_AND_HERE) != 0;
  else
    return __syncthreads_or(value GF_AND_HERE) != 0;
}
/// Whether it holds in all threads of the group.
template <int W> GF_DEVICE bool gf_all(bool value GF_AND_SITE) {
  if constexpr (W == 1)
    return value;
  else if constexpr (W == 32)
    return __all_sync(0xffffffffu, value GF_AND_HERE) != 0;
  else
    return __syncthreads_and(value GF_AND_HERE) != 0;
}
/// The value of thread `lane` of the group; `lane` is in 0 .. W - 1, and the same in all threads if W > 32.
template <int W, class T> GF_DEVICE T gf_from(T value, int lane GF_AND_SITE) {
  if constexpr (W == 1) {
    return value;
  } else if constexpr (W == 32) {
    return static_cast<T>(__shfl_sync(0xffffffffu, value, lane GF_AND_HERE));
  } else {
    T *values = genfuse::device::shared_values<T, 1>();
    __syncthreads(GF_HERE); // the value of the call before this one has been read
    if (static_cast<int>(threadIdx.x) == lane)
      values[0] = value;
    __syncthreads(GF_HERE);
    return values[0];
  }
}

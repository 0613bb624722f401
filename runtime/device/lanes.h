// Value types of the device library: one set of names for scalars, CPU lane vectors and CUDA threads.
//
// Everything above this file is a template over the value type V: float, double, or (clang only) a vector of
// them. The allowed operations are + - * / sqrt fma roundeven, integer arithmetic and selects: all exact or
// correctly rounded everywhere, so every instance computes the same bits (a NaN's payload apart). Compile
// with -ffp-contract=off (nvcc: --fmad=false); no header of the standard library is included, so NVRTC takes
// it too.
#pragma once

#if defined(__CUDACC__)
#define GF_DEVICE static __device__ __forceinline__
#define GF_DEVICE_MEMBER __device__ __forceinline__
#define GF_DEVICE_LAMBDA // runs where the function around it does
#else
#define GF_DEVICE static inline __attribute__((always_inline))
#define GF_DEVICE_MEMBER __attribute__((always_inline))
#define GF_DEVICE_LAMBDA __attribute__((always_inline))
#endif

#if defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#define GF_UNROLL _Pragma("GCC unroll 16")
#else
#define GF_UNROLL _Pragma("unroll")
#endif

#if defined(__clang__) && !defined(__CUDACC__) && !defined(GENFUSE_HOST_EMULATION)
#define GF_LANES 1 // vector types exist
#else
#define GF_LANES 0
#endif

namespace genfuse::device {

using u32 = unsigned int;
using u64 = unsigned long long;
static_assert(sizeof(u32) == 4 && sizeof(u64) == 8, "unexpected integer sizes");

/// The types that belong to a value type: its scalar, and the unsigned integers of the same and of 64 bits.
template <class V> struct Lane;
template <> struct Lane<float> {
  using Scalar = float;
  using Bits = u32;
};
template <> struct Lane<double> {
  using Scalar = double;
  using Bits = u64;
};
template <> struct Lane<u32> {
  using Scalar = u32;
  using Wide = u64;
  using Float = float;
  using Double = double;
};

#if GF_LANES
/// N lanes of S, passed in one register where the CPU level has one that wide.
template <class S, int N> using Vec = S __attribute__((ext_vector_type(N)));
template <int N> struct Lane<Vec<float, N>> {
  using Scalar = float;
  using Bits = Vec<u32, N>;
};
template <int N> struct Lane<Vec<double, N>> {
  using Scalar = double;
  using Bits = Vec<u64, N>;
};
template <int N> struct Lane<Vec<u32, N>> {
  using Scalar = u32;
  using Wide = Vec<u64, N>;
  using Float = Vec<float, N>;
  using Double = Vec<double, N>;
};
#endif

template <class V> using ScalarOf = typename Lane<V>::Scalar;
template <class V> using BitsOf = typename Lane<V>::Bits;

/// a * b + c, rounded once.
GF_DEVICE float fma(float a, float b, float c) {
#if defined(__CUDACC__)
  return __fmaf_rn(a, b, c);
#else
  return __builtin_fmaf(a, b, c);
#endif
}
GF_DEVICE double fma(double a, double b, double c) {
#if defined(__CUDACC__)
  return __fma_rn(a, b, c);
#else
  return __builtin_fma(a, b, c);
#endif
}

GF_DEVICE float square_root(float x) {
#if defined(__CUDACC__)
  return __fsqrt_rn(x);
#else
  return __builtin_sqrtf(x);
#endif
}
GF_DEVICE double square_root(double x) {
#if defined(__CUDACC__)
  return __dsqrt_rn(x);
#else
  return __builtin_sqrt(x);
#endif
}

/// The quotient, correctly rounded (nvcc's default, but independent of its flags here).
GF_DEVICE float divide(float a, float b) {
#if defined(__CUDACC__)
  return __fdiv_rn(a, b);
#else
  return a / b;
#endif
}
GF_DEVICE double divide(double a, double b) {
#if defined(__CUDACC__)
  return __ddiv_rn(a, b);
#else
  return a / b;
#endif
}

/// The nearest integer, ties to even.
GF_DEVICE float nearest(float x) {
#if defined(__CUDACC__)
  return rintf(x);
#elif GF_LANES
  return __builtin_elementwise_roundeven(x);
#else
  return __builtin_rintf(x);
#endif
}
GF_DEVICE double nearest(double x) {
#if defined(__CUDACC__)
  return rint(x);
#elif GF_LANES
  return __builtin_elementwise_roundeven(x);
#else
  return __builtin_rint(x);
#endif
}

#if defined(__CUDACC__)
GF_DEVICE u32 to_bits(float x) { return __float_as_uint(x); }
GF_DEVICE u64 to_bits(double x) { return static_cast<u64>(__double_as_longlong(x)); }
GF_DEVICE float from_bits(u32 x) { return __uint_as_float(x); }
GF_DEVICE double from_bits(u64 x) { return __longlong_as_double(static_cast<long long>(x)); }
#else
GF_DEVICE u32 to_bits(float x) { return __builtin_bit_cast(u32, x); }
GF_DEVICE u64 to_bits(double x) { return __builtin_bit_cast(u64, x); }
GF_DEVICE float from_bits(u32 x) { return __builtin_bit_cast(float, x); }
GF_DEVICE double from_bits(u64 x) { return __builtin_bit_cast(double, x); }
#endif

/// The nearest float of an unsigned integer.
GF_DEVICE float to_float(u32 x) { return static_cast<float>(x); }
GF_DEVICE u64 widen(u32 x) { return x; }
GF_DEVICE u32 low_half(u64 x) { return static_cast<u32>(x); }
/// Towards minus infinity.
GF_DEVICE float round_down(float x) {
#if defined(__CUDACC__)
  return floorf(x);
#else
  return __builtin_floorf(x);
#endif
}
GF_DEVICE double round_down(double x) {
#if defined(__CUDACC__)
  return floor(x);
#else
  return __builtin_floor(x);
#endif
}
/// Whether a mask holds in any lane: for loops only, whose lanes must not see each other otherwise.
GF_DEVICE bool any(bool mask) { return mask; }

/// a where the mask holds, else b; both sides are computed. Scalars compare to bool, vectors to lanes of 0
/// and -1.
template <class M, class V> GF_DEVICE V select(M mask, V a, V b) { return mask ? a : b; }
template <class M> GF_DEVICE auto unless(M mask) { return mask == M(0); }
template <class M> GF_DEVICE M both(M a, M b) { return a & b; }
template <class M> GF_DEVICE M either(M a, M b) { return a | b; }

#if GF_LANES
template <class S, int N> GF_DEVICE Vec<S, N> fma(Vec<S, N> a, Vec<S, N> b, Vec<S, N> c) {
  return __builtin_elementwise_fma(a, b, c);
}
template <class S, int N> GF_DEVICE Vec<S, N> square_root(Vec<S, N> x) {
  return __builtin_elementwise_sqrt(x);
}
template <class S, int N> GF_DEVICE Vec<S, N> divide(Vec<S, N> a, Vec<S, N> b) { return a / b; }
template <class S, int N> GF_DEVICE Vec<S, N> nearest(Vec<S, N> x) {
  return __builtin_elementwise_roundeven(x);
}
template <class S, int N> GF_DEVICE Vec<S, N> round_down(Vec<S, N> x) {
  return __builtin_elementwise_floor(x);
}
template <class S, int N> GF_DEVICE bool any(Vec<S, N> mask) { return __builtin_reduce_or(mask) != 0; }
template <int N> GF_DEVICE Vec<u32, N> to_bits(Vec<float, N> x) { return __builtin_bit_cast(Vec<u32, N>, x); }
template <int N> GF_DEVICE Vec<u64, N> to_bits(Vec<double, N> x) {
  return __builtin_bit_cast(Vec<u64, N>, x);
}
template <int N> GF_DEVICE Vec<float, N> from_bits(Vec<u32, N> x) {
  return __builtin_bit_cast(Vec<float, N>, x);
}
template <int N> GF_DEVICE Vec<double, N> from_bits(Vec<u64, N> x) {
  return __builtin_bit_cast(Vec<double, N>, x);
}
template <int N> GF_DEVICE Vec<float, N> to_float(Vec<u32, N> x) {
  return __builtin_convertvector(x, Vec<float, N>);
}
template <int N> GF_DEVICE Vec<u64, N> widen(Vec<u32, N> x) {
  return __builtin_convertvector(x, Vec<u64, N>);
}
template <int N> GF_DEVICE Vec<u32, N> low_half(Vec<u64, N> x) {
  return __builtin_convertvector(x, Vec<u32, N>);
}
#endif

/// Facts about the two floating-point formats.
template <class S> struct Format;
template <> struct Format<float> {
  static constexpr int mantissa = 23;
  static constexpr u32 sign = 0x80000000u;
  static constexpr u32 mantissa_mask = 0x007fffffu;
  static constexpr u32 one = 0x3f800000u;
  static constexpr float smallest_normal = 0x1p-126f;
};
template <> struct Format<double> {
  static constexpr int mantissa = 52;
  static constexpr u64 sign = 0x8000000000000000ull;
  static constexpr u64 mantissa_mask = 0x000fffffffffffffull;
  static constexpr u64 one = 0x3ff0000000000000ull;
  static constexpr double smallest_normal = 0x1p-1022;
};
template <class V> using FormatOf = Format<ScalarOf<V>>;

template <class V> GF_DEVICE V infinity() {
  return from_bits(
      BitsOf<V>(FormatOf<V>::one | (FormatOf<V>::one << 1))); // exponent bits all set, no mantissa
}
template <class V> GF_DEVICE V not_a_number() {
  return from_bits(
      BitsOf<V>((FormatOf<V>::one | (FormatOf<V>::one << 1)) + (FormatOf<V>::mantissa_mask + 1) / 2));
}
template <class V> GF_DEVICE V absolute(V x) { return from_bits(to_bits(x) & BitsOf<V>(~FormatOf<V>::sign)); }
template <class V> GF_DEVICE BitsOf<V> sign_bits(V x) { return to_bits(x) & BitsOf<V>(FormatOf<V>::sign); }

/// c0 + c1 x + c2 x^2 + ..., by Horner's rule in fma.
template <class V, class S> GF_DEVICE V horner(V, S c0) { return V(c0); }
template <class V, class S, class... Rest> GF_DEVICE V horner(V x, S c0, Rest... rest) {
  return fma(x, horner(x, rest...), V(c0));
}

} // namespace genfuse::device

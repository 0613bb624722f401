// Lanes of floats: what the kernels of this folder are written in. clang's vector types, so that one source
// serves every width; `lanes` is that of the widest register of the CPU that a file is compiled for.
#pragma once

#include <cstddef>
#include <cstdint>

#define GENFUSE_LIMITS_INLINE inline __attribute__((always_inline))

namespace genfuse::limits {
namespace { // each target has its own

#if defined(__AVX512F__)
constexpr int lanes = 16;
constexpr int registers = 32;
#else
constexpr int lanes = 8;
constexpr int registers = 16;
#endif

template <class T, int N> using Vec = T __attribute__((ext_vector_type(N)));
using Floats = Vec<float, lanes>;
using Words = Vec<uint32_t, lanes>; ///< 32 random bits a lane

template <int N> GENFUSE_LIMITS_INLINE Vec<float, N> fma(Vec<float, N> a, Vec<float, N> b, Vec<float, N> c) {
  return __builtin_elementwise_fma(a, b, c);
}
template <int N> GENFUSE_LIMITS_INLINE Vec<float, N> max(Vec<float, N> a, Vec<float, N> b) {
  return a > b ? a : b;
}
template <int N> GENFUSE_LIMITS_INLINE Vec<float, N> squareRoot(Vec<float, N> x) {
  return __builtin_elementwise_sqrt(x);
}
template <int N> GENFUSE_LIMITS_INLINE Vec<float, N> absolute(Vec<float, N> x) {
  return __builtin_elementwise_abs(x);
}
template <int N> GENFUSE_LIMITS_INLINE Vec<uint32_t, N> bits(Vec<float, N> x) {
  return __builtin_bit_cast(Vec<uint32_t, N>, x);
}
template <int N> GENFUSE_LIMITS_INLINE Vec<float, N> fromBits(Vec<uint32_t, N> x) {
  return __builtin_bit_cast(Vec<float, N>, x);
}

template <int N = lanes> GENFUSE_LIMITS_INLINE Vec<float, N> load(const float *from) {
  Vec<float, N> x;
  __builtin_memcpy(&x, from, sizeof x);
  return x;
}
GENFUSE_LIMITS_INLINE void store(float *to, Floats x) { __builtin_memcpy(to, &x, sizeof x); }

/// 0, 1, 2, ...
template <int N = lanes> GENFUSE_LIMITS_INLINE Vec<int32_t, N> laneNumbers() {
  Vec<int32_t, N> numbers;
  for (int i = 0; i < N; ++i)
    numbers[i] = i;
  return numbers;
}

/// The first `count` floats; zeros in the other lanes, whose memory is not touched.
GENFUSE_LIMITS_INLINE Floats loadFirst(const float *from, int count) {
  return __builtin_masked_load(__builtin_convertvector(laneNumbers() < count, Vec<bool, lanes>), from,
                               Floats(0));
}
GENFUSE_LIMITS_INLINE void storeFirst(float *to, Floats x, int count) {
  __builtin_masked_store(__builtin_convertvector(laneNumbers() < count, Vec<bool, lanes>), x, to);
}
/// The first `count` lanes, in double.
GENFUSE_LIMITS_INLINE void storeFirst(double *to, Floats x, int64_t count) {
  const Vec<double, lanes> wide = __builtin_convertvector(x, Vec<double, lanes>);
  if (count >= lanes)
    __builtin_memcpy(to, &wide, sizeof wide);
  else
    for (int i = 0; i < count; ++i)
      to[i] = wide[i];
}
/// x in the first `count` lanes, `other` in the rest.
template <int N>
GENFUSE_LIMITS_INLINE Vec<float, N> firstLanes(Vec<float, N> x, int count, Vec<float, N> other = 0) {
  return laneNumbers<N>() < count ? x : other;
}

// Reductions. Additions are in a tree, so results do not depend on the compiler.

GENFUSE_LIMITS_INLINE Vec<float, 16> swapHalves(Vec<float, 16> x) {
  return __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
}
GENFUSE_LIMITS_INLINE Vec<float, 16> swapQuarters(Vec<float, 16> x) {
  return __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
}
GENFUSE_LIMITS_INLINE Vec<float, 16> swapPairs(Vec<float, 16> x) {
  return __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}
GENFUSE_LIMITS_INLINE Vec<float, 16> swapNeighbours(Vec<float, 16> x) {
  return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
}
GENFUSE_LIMITS_INLINE Vec<float, 8> swapQuarters(Vec<float, 8> x) {
  return __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3);
}
GENFUSE_LIMITS_INLINE Vec<float, 8> swapPairs(Vec<float, 8> x) {
  return __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5);
}
GENFUSE_LIMITS_INLINE Vec<float, 8> swapNeighbours(Vec<float, 8> x) {
  return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6);
}

/// The sum of all lanes, in every lane.
template <int N> GENFUSE_LIMITS_INLINE Vec<float, N> sumEverywhere(Vec<float, N> x) {
  if constexpr (N == 16)
    x += swapHalves(x);
  x += swapQuarters(x);
  x += swapPairs(x);
  return x + swapNeighbours(x);
}
template <int N> GENFUSE_LIMITS_INLINE float sum(Vec<float, N> x) { return sumEverywhere(x)[0]; }

template <int N> GENFUSE_LIMITS_INLINE float maximum(Vec<float, N> x) {
  if constexpr (N == 16)
    x = max(x, swapHalves(x));
  x = max(x, swapQuarters(x));
  x = max(x, swapPairs(x));
  return max(x, swapNeighbours(x))[0];
}

/// [sum over row 0, sum over row 1, ...] of four rows, in every group of four lanes by itself.
GENFUSE_LIMITS_INLINE Vec<float, 16> sumFours(const Vec<float, 16> rows[4]) {
  auto pairs = [](Vec<float, 16> a, Vec<float, 16> b) __attribute__((always_inline)) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29) +
           __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  };
  const Vec<float, 16> a = pairs(rows[0], rows[1]), b = pairs(rows[2], rows[3]);
  return __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
         __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
}
GENFUSE_LIMITS_INLINE Vec<float, 8> sumFours(const Vec<float, 8> rows[4]) {
  auto pairs = [](Vec<float, 8> a, Vec<float, 8> b) __attribute__((always_inline)) {
    return __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13) +
           __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
  };
  const Vec<float, 8> a = pairs(rows[0], rows[1]), b = pairs(rows[2], rows[3]);
  return __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) +
         __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
}

/// Lane i of the result is the sum of all lanes of rows[i]: a transposition and sums, in 15 additions of 16
/// lanes (7 of 8) instead of one reduction a row.
GENFUSE_LIMITS_INLINE Vec<float, 16> sumRows(const Vec<float, 16> rows[16]) {
  // Quarters 0 and 2 of both, plus quarters 1 and 3 of both.
  auto halve = [](Vec<float, 16> a, Vec<float, 16> b) __attribute__((always_inline)) {
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +
           __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  };
  Vec<float, 16> fours[4]; // quarter q of fours[i] belongs to row 4 q + i
  for (int i = 0; i < 4; ++i)
    fours[i] = halve(halve(rows[i], rows[i + 4]), halve(rows[i + 8], rows[i + 12]));
  return sumFours(fours);
}
GENFUSE_LIMITS_INLINE Vec<float, 8> sumRows(const Vec<float, 8> rows[8]) {
  Vec<float, 8> fours[4];
  for (int i = 0; i < 4; ++i)
    fours[i] = __builtin_shufflevector(rows[i], rows[i + 4], 0, 1, 2, 3, 8, 9, 10, 11) +
               __builtin_shufflevector(rows[i], rows[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  return sumFours(fours);
}

} // namespace
} // namespace genfuse::limits

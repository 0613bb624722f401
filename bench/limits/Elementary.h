// exp, log and the sine and cosine of a turn, in lanes, without the checks that the kernels do not need.
// The polynomials are those of runtime/device (own minimax fits).
#pragma once

#include "bench/limits/Lanes.h"

namespace genfuse::limits {
namespace { // each target has its own

template <int N> GENFUSE_LIMITS_INLINE Vec<float, N> horner(Vec<float, N>, float c) { return c; }
template <int N, class... Rest>
GENFUSE_LIMITS_INLINE Vec<float, N> horner(Vec<float, N> x, float c, Rest... rest) {
  return fma(x, horner(x, rest...), Vec<float, N>(c));
}

constexpr float integerShift = 0x1.8p23f; ///< adding it rounds to an integer and leaves its low bits on view
constexpr float log2High = 0x1.62e4p-1f, log2Low = 0x1.7f7d1cp-20f;

/// exp(x) for x up to 88, 1.1 ulp; below -87 it stays exp(-87), which is 1e-38.
template <int N> GENFUSE_LIMITS_INLINE Vec<float, N> exp(Vec<float, N> x) {
  using V = Vec<float, N>;
  x = max(x, V(-87));
  V shifted = fma(x, V(0x1.715476p+0f), V(integerShift)), n = shifted - integerShift;
  V r = fma(n, V(-log2Low), fma(n, V(-log2High), x));
  V tail = horner(r, 0x1p-1f, 0x1.5554acp-3f, 0x1.555490p-5f, 0x1.122b06p-7f, 0x1.6d8ce2p-10f);
  V e = fma(r * r, tail, r) + 1.0f;
  return fromBits(bits(e) + (bits(shifted) << 23)); // times 2^n
}

/// log(x) of a positive normal x, 1 ulp.
template <int N> GENFUSE_LIMITS_INLINE Vec<float, N> log(Vec<float, N> x) {
  using V = Vec<float, N>;
  using Bits = Vec<uint32_t, N>;
  constexpr uint32_t rootHalf = 0x3f3504f3u; // x = 2^n m with m in [sqrt(1/2), sqrt(2))
  Bits carried = bits(x) + (0x3f800000u - rootHalf);
  V n = fromBits((carried >> 23) | 0x4b000000u) - (0x1p23f + 127);
  V f = fromBits((carried & 0x7fffffu) + rootHalf) - 1.0f, square = f * f;
  V p = horner(f, 0x1.55554ap-2f, -0x1.00021ap-2f, 0x1.99a5e4p-3f, -0x1.547a3ep-3f, 0x1.22678ep-3f,
               -0x1.0ccb12p-3f, 0x1.07fd42p-3f, -0x1.42d096p-4f);
  V tail = fma(square, V(-0.5f), fma(square * f, p, n * log2Low));
  return fma(n, V(log2High), f + tail);
}

template <int N> struct SinCos { Vec<float, N> sin, cos; };

/// sin(2 pi u) and cos(2 pi u) for u in [0, 1], about 1 ulp.
template <int N> GENFUSE_LIMITS_INLINE SinCos<N> sincosTurn(Vec<float, N> u) {
  using V = Vec<float, N>;
  using Bits = Vec<uint32_t, N>;
  V shifted = fma(u, V(4), V(integerShift)), quarters = shifted - integerShift;
  V r = fma(quarters, V(-0.5f), u + u), z = r * r; // half turns, at most 1/4
  V sinTail = horner(z, -0x1.4abbc0p+2f, 0x1.466030p+1f, -0x1.2dd000p-1f);
  V s = fma(r, V(0x1.921fb6p+1f), r * fma(z, sinTail, V(-0x1.777a5cp-24f)));
  V c = fma(z, horner(z, -0x1.3bd3ccp+2f, 0x1.03c1dep+2f, -0x1.55c5dep+0f, 0x1.d9d51ep-3f), V(1));
  Bits quarter = bits(shifted);
  auto odd = (quarter & 1u) != 0u;
  Bits sinSign = (quarter << 30) & 0x80000000u, cosSign = ((quarter + 1u) << 30) & 0x80000000u;
  return {fromBits(bits(odd ? c : s) ^ sinSign), fromBits(bits(odd ? s : c) ^ cosSign)};
}

} // namespace
} // namespace genfuse::limits

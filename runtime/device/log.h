// log and log1p: x = 2^e m with m in [sqrt(1/2), sqrt(2)), then log(m) from f = m - 1, then e log 2 in two
// parts.
//
// Coefficients: own minimax fits (Remez exchange, mpmath, 50 digits), rounded. The split of x by an integer
// addition that carries into the exponent is the one known from FreeBSD's msun.
#pragma once
#include "lanes.h"

namespace genfuse::device {

template <class S> struct LogConstants;
template <> struct LogConstants<float> {
  static constexpr u32 root_half = 0x3f3504f3u;   // the bits of sqrt(1/2)
  static constexpr float ln2_high = 0x1.62e4p-1f; // e * ln2_high is exact
  static constexpr float ln2_low = 0x1.7f7d1cp-20f;
  static constexpr u32 integer = 0x4b000000u; // the bits of 2^23: adding k gives those of 2^23 + k
  static constexpr float bias = 0x1p23f + 127;
  static constexpr float scale = 0x1p25f, scale_bits = 25; // takes the smallest denormal to a normal number
  static constexpr float no_correction = 0x1p80f;
  /// log(1 + f) - f + f^2 / 2 + rest
  template <class V> GF_DEVICE_MEMBER static V tail(V f, V square, V rest) {
    V p = horner(f, 0x1.55554ap-2f, -0x1.00021ap-2f, 0x1.99a5e4p-3f, -0x1.547a3ep-3f, 0x1.22678ep-3f,
                 -0x1.0ccb12p-3f, 0x1.07fd42p-3f, -0x1.42d096p-4f);
    return fma(square * f, p, rest);
  }
};
template <> struct LogConstants<double> {
  static constexpr u64 root_half = 0x3fe6a09e667f3bcdull;
  static constexpr double ln2_high = 0x1.62e42fefa2p-1;
  static constexpr double ln2_low = 0x1.9ef35793c7673p-41;
  static constexpr u64 integer = 0x4330000000000000ull;
  static constexpr double bias = 0x1p52 + 1023;
  static constexpr double scale = 0x1p54, scale_bits = 54;
  static constexpr double no_correction = 0x1p120;
  /// The same; a division costs less here than the 19 terms of a polynomial in f.
  /// With s = f / (2 + f): log(1 + f) = 2 s + s^3 R(s^2) and 2 s = f - s f, so the tail is s (f^2 / 2 + s^2
  /// R).
  template <class V> GF_DEVICE_MEMBER static V tail(V f, V square, V rest) {
    V s = divide(f, f + V(2.0)), z = s * s;
    V p = horner(z, 0x1.5555555555592p-1, 0x1.999999997fd77p-2, 0x1.24924941f4fe0p-2, 0x1.c71c520606c88p-3,
                 0x1.74663fa2392fcp-3, 0x1.39a1a6f90f1d1p-3, 0x1.2f063453320b0p-3);
    return fma(s, fma(z, p, square * V(0.5)), rest);
  }
};

/// x = 2^exponent (1 + fraction), for a positive normal x; `power` holds the bits of 2^exponent without the
/// bias.
template <class V> struct LogParts {
  V fraction, exponent;
  BitsOf<V> power;
};
template <class V> GF_DEVICE LogParts<V> log_split(V x, V bias) {
  using C = LogConstants<ScalarOf<V>>;
  using F = FormatOf<V>;
  using Bits = BitsOf<V>;
  Bits carried = to_bits(x) + Bits(F::one - C::root_half);
  V m = from_bits((carried & Bits(F::mantissa_mask)) + Bits(C::root_half));
  V exponent = from_bits((carried >> F::mantissa) | Bits(C::integer)) - bias;
  return {m - V(1), exponent, (carried & Bits(~F::mantissa_mask)) - Bits(F::one)};
}
template <class V> GF_DEVICE V log_join(V f, V exponent) {
  using C = LogConstants<ScalarOf<V>>;
  V square = f * f;
  V tail = C::tail(f, square, exponent * V(C::ln2_low));
  tail = fma(square, V(ScalarOf<V>(-0.5)), tail);
  return fma(exponent, V(C::ln2_high), f + tail);
}

/// log of a positive normal finite x: no checks.
template <class V> GF_DEVICE V log_core(V x) {
  LogParts<V> parts = log_split(x, V(LogConstants<ScalarOf<V>>::bias));
  return log_join(parts.fraction, parts.exponent);
}

/// log(x): at most 1 ulp (f32, f64), denormals included.
/// log(+-0) = -inf, log(inf) = inf, NaN for x < 0 and NaN.
template <class V> GF_DEVICE V log(V x) {
  using C = LogConstants<ScalarOf<V>>;
  auto small = x < V(FormatOf<V>::smallest_normal);
  V scaled = select(small, x * V(C::scale), x);
  LogParts<V> parts = log_split(scaled, select(small, V(C::bias + C::scale_bits), V(C::bias)));
  V regular = log_join(parts.fraction, parts.exponent);
  V special = select(x == V(0), -infinity<V>(), select(x > V(0), x, not_a_number<V>()));
  return select((x > V(0)) & (x < infinity<V>()), regular, special);
}

/// log(1 + x): at most 1.5 ulp (f32, f64).
/// log1p(-1) = -inf, log1p(inf) = inf, log1p(-0) = -0, NaN for x < -1 and NaN.
template <class V> GF_DEVICE V log1p(V x) {
  using C = LogConstants<ScalarOf<V>>;
  using Bits = BitsOf<V>;
  // sum + rest is 1 + x exactly (Knuth's two-sum), and the rest joins the fraction.
  V sum = x + V(1), one = sum - x;
  V rest = (x - (sum - one)) + (V(1) - one);
  LogParts<V> parts = log_split(sum, V(C::bias));
  V reciprocal = from_bits(Bits(FormatOf<V>::one) - parts.power);
  V f = select(x < V(C::no_correction), fma(rest, reciprocal, parts.fraction), parts.fraction);
  V regular = from_bits(to_bits(log_join(f, parts.exponent)) | sign_bits(x)); // the sign of -0
  V special = select(x == V(-1), -infinity<V>(), select(x > V(0), x, not_a_number<V>()));
  return select((x > V(-1)) & (x < infinity<V>()), regular, special);
}

} // namespace genfuse::device

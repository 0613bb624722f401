// exp and expm1: x = n log 2 + r with |r| <= (log 2)/2, then a polynomial in r, then a scaling by 2^n.
//
// Coefficients: own minimax fits (Remez exchange, mpmath, 50 digits) of (exp(r) - 1 - r) / r^2, rounded.
// The nearest integer n is made by adding a large constant; its low bits are n plus a bias of our choice.
#pragma once
#include "lanes.h"

namespace genfuse::device {

template <class S> struct ExpConstants;
template <> struct ExpConstants<float> {
  static constexpr float log2e = 0x1.715476p+0f;
  static constexpr float ln2_high = 0x1.62e4p-1f; // 15 bits: n * ln2_high is exact
  static constexpr float ln2_low = 0x1.7f7d1cp-20f;
  static constexpr float shift = 0x1.8p23f;
  static constexpr float bias = 127;
  static constexpr float lowest = -104, highest = 89; // exp is 0 below, inf above
  static constexpr float expm1_lowest = -20;          // expm1 is -1 below
  static constexpr float expm1_tiny = 0x1p-26f;       // expm1(x) is x below
  template <class V> GF_DEVICE_MEMBER static V tail(V r) {
    return horner(r, 0x1p-1f, 0x1.5554acp-3f, 0x1.555490p-5f, 0x1.122b06p-7f, 0x1.6d8ce2p-10f);
  }
};
template <> struct ExpConstants<double> {
  static constexpr double log2e = 0x1.71547652b82fep+0;
  static constexpr double ln2_high = 0x1.62e42fefa2p-1; // 40 bits: n * ln2_high is exact
  static constexpr double ln2_low = 0x1.9ef35793c7673p-41;
  static constexpr double shift = 0x1.8p52;
  static constexpr double bias = 1023;
  static constexpr double lowest = -746, highest = 710;
  static constexpr double expm1_lowest = -40;
  static constexpr double expm1_tiny = 0x1p-55;
  template <class V> GF_DEVICE_MEMBER static V tail(V r) {
    return horner(r, 0x1.0000000000005p-1, 0x1.555555555555bp-3, 0x1.5555555551ebep-5, 0x1.111111110ef4dp-7,
                  0x1.6c16c17fd50b7p-10, 0x1.a01a01b22390dp-13, 0x1.a019a48dabddcp-16, 0x1.71ddf42a6d79ap-19,
                  0x1.28a4ba17dd16ap-22, 0x1.af63b0b06af95p-26);
  }
};

/// exp(x): at most 1.1 ulp (f32, f64), results below the normal range included.
/// exp(-inf) = 0, exp(inf) = inf, NaN for NaN.
template <class V> GF_DEVICE V exp(V x) {
  using C = ExpConstants<ScalarOf<V>>;
  using Bits = BitsOf<V>;
  constexpr int mantissa = FormatOf<V>::mantissa;
  x = select(x < V(C::lowest), V(C::lowest), x);
  x = select(x > V(C::highest), V(C::highest), x);
  V shifted = fma(x, V(C::log2e), V(C::shift + 2 * C::bias)); // low bits: n + 2 bias
  V n = shifted - V(C::shift + 2 * C::bias);
  V r = fma(n, V(-C::ln2_low), fma(n, V(-C::ln2_high), x));
  V e = fma(r * r, C::tail(r), r) + V(1);
  // 2^n in two factors, each normal; only the second product rounds, and only below the normal range.
  Bits sum = to_bits(shifted), half = sum >> 1;
  V first = from_bits(half << mantissa), second = from_bits((sum - half) << mantissa);
  return e * first * second;
}

/// A value in two parts: value + rest, unevaluated.
template <class V> struct Sum { V value, rest; };

/// Half of exp(x) - 1 (half, because 2^n may overflow), without checks: x not above ExpConstants::highest,
/// not below expm1_lowest, |x| not tiny.
template <class V> GF_DEVICE Sum<V> half_expm1(V x) {
  using C = ExpConstants<ScalarOf<V>>;
  V shifted = fma(x, V(C::log2e), V(C::shift + C::bias - 1)); // low bits: the exponent of 2^(n-1)
  V n = shifted - V(C::shift + C::bias - 1);
  V high = fma(n, V(-C::ln2_high), x); // exact
  V r = fma(n, V(-C::ln2_low), high);
  V low = fma(n, V(-C::ln2_low), high - r); // what rounding took from r
  V scale = from_bits(to_bits(shifted) << FormatOf<V>::mantissa);
  V tail = fma(r * r, C::tail(r), fma(low, r, low));
  V head = fma(scale, r, scale - V(ScalarOf<V>(0.5)));
  V value = fma(scale, tail, head);
  return {value, fma(scale, tail, head - value)};
}

/// exp(x) - 1: at most 1.5 ulp (f32, f64). expm1(-inf) = -1, expm1(-0) = -0, NaN for NaN.
template <class V> GF_DEVICE V expm1(V x) {
  using C = ExpConstants<ScalarOf<V>>;
  V y = select(x < V(C::expm1_lowest), V(C::expm1_lowest), x);
  y = select(y > V(C::highest), V(C::highest), y);
  V half = half_expm1(y).value;
  return select(absolute(x) < V(C::expm1_tiny), x, half + half);
}

} // namespace genfuse::device

// sin and cos, of x and of pi x: reduction to a quarter period, then polynomials in the square of the rest.
//
// Coefficients: own minimax fits (Remez exchange, mpmath, 50 digits), rounded.
#pragma once
#include "lanes.h"

namespace genfuse::device {

template <class S> struct TrigConstants;
template <> struct TrigConstants<float> {
  static constexpr float shift = 0x1.8p23f; // adding it rounds to an integer and leaves its low bits on view
  static constexpr float even = 0x1p25f;
  static constexpr float two_over_pi = 0x1.45f306p-1f;
  // pi/2 in three parts; the first fma of the reduction is exact.
  static constexpr float half_pi_1 = 0x1.921fb6p+0f, half_pi_2 = -0x1.777a5cp-25f,
                         half_pi_3 = -0x1.ee59dap-50f;
  static constexpr float pi_high = 0x1.921fb6p+1f, pi_low = -0x1.777a5cp-24f;
  template <class V> GF_DEVICE_MEMBER static V sin_tail(V z) { // (sin r - r) / r^3, z = r^2
    return horner(z, -0x1.555540p-3f, 0x1.1104fep-7f, -0x1.988518p-13f);
  }
  template <class V> GF_DEVICE_MEMBER static V cos_tail(V z) { // (cos r - 1 + z/2) / z^2
    return horner(z, 0x1.55554cp-5f, -0x1.6c0c6ep-10f, 0x1.99c706p-16f);
  }
  template <class V> GF_DEVICE_MEMBER static V sinpi_tail(V z) { // (sin(pi r) - pi r) / r^3
    return horner(z, -0x1.4abbc0p+2f, 0x1.466030p+1f, -0x1.2dd000p-1f);
  }
  template <class V> GF_DEVICE_MEMBER static V cospi_tail(V z) { // (cos(pi r) - 1) / z
    return horner(z, -0x1.3bd3ccp+2f, 0x1.03c1dep+2f, -0x1.55c5dep+0f, 0x1.d9d51ep-3f);
  }
};
template <> struct TrigConstants<double> {
  static constexpr double shift = 0x1.8p52;
  static constexpr double even = 0x1p54;
  static constexpr double two_over_pi = 0x1.45f306dc9c883p-1;
  static constexpr double half_pi_1 = 0x1.921fb54442d18p+0, half_pi_2 = 0x1.1a62633145c07p-54,
                          half_pi_3 = -0x1.f1976b7ed8fbcp-110;
  static constexpr double pi_high = 0x1.921fb54442d18p+1, pi_low = 0x1.1a62633145c07p-53;
  template <class V> GF_DEVICE_MEMBER static V sin_tail(V z) {
    return horner(z, -0x1.555555555553dp-3, 0x1.111111110e678p-7, -0x1.a01a0199d786dp-13,
                  0x1.71de339126fe3p-19, -0x1.ae5cf0aab2e75p-26, 0x1.5d2919a589f15p-33);
  }
  template <class V> GF_DEVICE_MEMBER static V cos_tail(V z) {
    return horner(z, 0x1.5555555555551p-5, -0x1.6c16c16c1592ep-10, 0x1.a01a019d0ed56p-16,
                  -0x1.27e4f80de079fp-22, 0x1.1ee9ca89908e6p-29, -0x1.8f8e3003e5a72p-37);
  }
  template <class V> GF_DEVICE_MEMBER static V sinpi_tail(V z) {
    return horner(z, -0x1.4abbce625be47p+2, 0x1.466bc67758d88p+1, -0x1.32d2cce333418p-1, 0x1.5078301b4ccc6p-4,
                  -0x1.e300a620c64a4p-8, 0x1.e403b0b563481p-12);
  }
  template <class V> GF_DEVICE_MEMBER static V cospi_tail(V z) {
    return horner(z, -0x1.3bd3cc9be45dep+2, 0x1.03c1f081b5aaep+2, -0x1.55d3c7e3c927dp+0, 0x1.e1f50683675a6p-3,
                  -0x1.a6d1ec7db0658p-6, 0x1.f9cc40553e67fp-10, -0x1.b263a4101928fp-14);
  }
};

template <class V> struct SinCos { V sin, cos; };

/// sin and cos of an angle from those of its distance to the nearest multiple of a quarter turn; only the two
/// lowest bits of `quarter` count.
template <class V> GF_DEVICE SinCos<V> turn(SinCos<V> rest, BitsOf<V> quarter) {
  using Bits = BitsOf<V>;
  constexpr int to_sign = int(sizeof(ScalarOf<V>)) * 8 - 2;
  auto odd = (quarter & Bits(1)) != Bits(0);
  V s = select(odd, rest.cos, rest.sin), c = select(odd, rest.sin, rest.cos);
  Bits sin_sign = (quarter & Bits(2)) << to_sign, cos_sign = ((quarter + Bits(1)) & Bits(2)) << to_sign;
  return {from_bits(to_bits(s) ^ sin_sign), from_bits(to_bits(c) ^ cos_sign)};
}

/// sin(r) and cos(r) for |r| <= 0.83: about 0.6 and 0.8 ulp.
template <class V> GF_DEVICE SinCos<V> sincos_core(V r) {
  using C = TrigConstants<ScalarOf<V>>;
  V z = r * r;
  V half = fma(z, V(ScalarOf<V>(-0.5)), V(1)), lost = fma(z, V(ScalarOf<V>(-0.5)), V(1) - half);
  return {fma(r * z, C::sin_tail(z), r), half + fma(z * z, C::cos_tail(z), lost)};
}

/// sin(pi r) and cos(pi r) for |r| <= 1/4: about 0.6 and 0.9 ulp.
template <class V> GF_DEVICE SinCos<V> sincospi_core(V r) {
  using C = TrigConstants<ScalarOf<V>>;
  V z = r * r;
  return {fma(r, V(C::pi_high), r * fma(z, C::sinpi_tail(z), V(C::pi_low))), fma(z, C::cospi_tail(z), V(1))};
}

/// sin(pi x) and cos(pi x) for every finite x: at most 1.2 ulp. sin(pi n) = 0 with the sign of x, NaN for NaN
/// and +-inf.
template <class V> GF_DEVICE SinCos<V> sincospi(V x) {
  using S = ScalarOf<V>;
  using C = TrigConstants<S>;
  V a = absolute(x);
  a = select(a < V(C::even), a, a * V(0)); // larger numbers are even integers; infinity becomes NaN
  V q = nearest(a + a);
  V r = fma(q, V(S(-0.5)), a);                        // exact
  V quarter = fma(nearest(q * V(S(0.25))), V(-4), q); // exact, in [-2, 2]
  SinCos<V> result = turn(sincospi_core(r), to_bits(quarter + V(C::shift)));
  return {from_bits(to_bits(result.sin) ^ sign_bits(x)), result.cos};
}

/// sin(2 pi u) and cos(2 pi u) for u in [0, 1], the range of a uniform draw: the bits of sincospi(2 u).
template <class V> GF_DEVICE SinCos<V> sincos_turn(V u) {
  using S = ScalarOf<V>;
  using C = TrigConstants<S>;
  V shifted = fma(u, V(4), V(C::shift)), q = shifted - V(C::shift);
  return turn(sincospi_core(fma(q, V(S(-0.5)), u + u)), to_bits(shifted));
}

/// sin(x) and cos(x): at most 1.7 ulp, near the zeros too, for |x| <= 1e6 (f32) or 1e14 (f64). Beyond, the
/// values lose accuracy and from 7e6 or 7e15 on mean nothing, but stay in [-1, 1]. NaN for NaN and +-inf.
/// (Cody and Waite's reduction; with fma, x - q half_pi_1 is exact, so three parts serve that far.)
template <class V> GF_DEVICE SinCos<V> sincos(V x) {
  using S = ScalarOf<V>;
  using C = TrigConstants<S>;
  V a = absolute(x);
  V shifted = fma(a, V(C::two_over_pi), V(C::shift)), q = shifted - V(C::shift);
  V r = fma(q, V(-C::half_pi_1), a);
  r = fma(q, V(-C::half_pi_2), r);
  r = fma(q, V(-C::half_pi_3), r);
  r = select(absolute(r) > V(1), V(0), r); // outside the domain; a NaN stays
  SinCos<V> result = turn(sincos_core(r), to_bits(shifted));
  return {from_bits(to_bits(result.sin) ^ sign_bits(x)), result.cos};
}
template <class V> GF_DEVICE V sin(V x) { return sincos(x).sin; }
template <class V> GF_DEVICE V cos(V x) { return sincos(x).cos; }
template <class V> GF_DEVICE V sinpi(V x) { return sincospi(x).sin; }
template <class V> GF_DEVICE V cospi(V x) { return sincospi(x).cos; }

} // namespace genfuse::device

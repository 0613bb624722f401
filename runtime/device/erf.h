// erf and erfc: near 0 a polynomial in x^2; elsewhere erfc(x) = exp(-x^2) times a function that varies
// little, as Shepherd and Laframboise, "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in 0 <= x < inf"
// (1981) write it.
//
// Coefficients: own near-minimax fits (Chebyshev, mpmath, 80 digits; tests/device/make_elementary_table.py
// writes them), rounded.
#pragma once
#include "exp.h"

namespace genfuse::device {

template <class S> struct ErfConstants;
template <> struct ErfConstants<float> {
  static constexpr float highest = 12; // erfc is 0 from 10.1 on
  /// erf(x) / x - 1 for z = x^2 <= 1
  template <class V> GF_DEVICE_MEMBER static V small(V z) {
    return horner(z, 0x1.06eba8p-3f, -0x1.81273ep-2f, 0x1.ce2d1p-4f, -0x1.b7fabap-6f, 0x1.54127p-8f,
                  -0x1.a45088p-11f, 0x1.4a569p-14f);
  }
  /// (1 + 2 x) exp(x^2) erfc(x) for q = (x - 4) / (x + 4), 1/2 <= x <= 10.25
  template <class V> GF_DEVICE_MEMBER static V scaled(V q) {
    return horner(q, 0x1.3ba592p+0f, -0x1.1df1aep-3f, 0x1.f7f59p-7f, 0x1.16ecfcp-4f, -0x1.9dd9c6p-4f,
                  0x1.7fee1cp-4f, -0x1.0fc18ap-4f, 0x1.305c96p-5f, -0x1.0809dcp-6f, 0x1.51ebe8p-8f,
                  -0x1.c925bp-11f, -0x1.0dbf28p-11f);
  }
};
template <> struct ErfConstants<double> {
  static constexpr double highest = 30; // erfc is 0 from 27.3 on
  template <class V> GF_DEVICE_MEMBER static V small(V z) {
    return horner(z, 0x1.06eba8214db69p-3, -0x1.812746b0379e6p-2, 0x1.ce2f21a042b3p-4, -0x1.b82ce31284ep-6,
                  0x1.565bcd0dbaa38p-8, -0x1.c02db3dac435fp-11, 0x1.f9a321d5b8e1ep-14, -0x1.f4d1e3183f7aep-17,
                  0x1.b9df224ca4b97p-20, -0x1.5f1ecb6f0764cp-23, 0x1.f7b4bf3b13964p-27,
                  -0x1.389d4f2641625p-30, 0x1.05ffd737fb32ep-34);
  }
  /// The same, x <= 27.5.
  template <class V> GF_DEVICE_MEMBER static V scaled(V q) {
    return horner(q, 0x1.3ba5916e9fd7fp+0, -0x1.1df1ad154a28ep-3, 0x1.f7f5df66fd766p-7, 0x1.16ecefcfa52c4p-4,
                  -0x1.9ddb23c3e8dbfp-4, 0x1.7fee004e149c9p-4, -0x1.0fb06dfe4ec8ep-4, 0x1.3079edf624304p-5,
                  -0x1.09623883d38e1p-6, 0x1.49c672a831e93p-8, -0x1.8d4a9b33a838ap-11, -0x1.a1df4366a2ba7p-13,
                  0x1.3be057cc389e8p-13, -0x1.9955074f81f98p-16, -0x1.788a0503e859ep-17,
                  0x1.7ef67bbc70d7ap-18, 0x1.3aec677ce468fp-22, -0x1.b80bf7a1f4987p-21, 0x1.42df02f54ccacp-24,
                  0x1.bbfd8daf90babp-24, -0x1.3913f77f648c2p-26, -0x1.4d15019e29fbap-27,
                  0x1.065fac288658dp-29);
  }
};

/// erfc(a) for a >= 1/2.
template <class V> GF_DEVICE V erfc_core(V a) {
  using C = ErfConstants<ScalarOf<V>>;
  a = select(a > V(C::highest), V(C::highest), a);
  V scaled = divide(C::scaled(divide(a - V(4), a + V(4))), fma(a, V(2), V(1)));
  V square = a * a, lost = fma(a, a, -square); // a^2 = square + lost
  return exp(-square) * fma(-lost, scaled, scaled);
}

/// erf(x) for |x| < 1.
template <class V> GF_DEVICE V erf_small(V x) { return fma(x, ErfConstants<ScalarOf<V>>::small(x * x), x); }

/// erf(x): at most 1.2 ulp (f32, f64). erf(-0) = -0, erf(+-inf) = +-1, NaN for NaN.
template <class V> GF_DEVICE V erf(V x) {
  V a = absolute(x);
  auto small = a < V(1);
  V far = from_bits(to_bits(V(1) - erfc_core(select(small, V(1), a))) | sign_bits(x));
  return select(small, erf_small(select(small, x, V(0))), far);
}

/// 1 - erf(x), without cancellation where it is small: at most 4.5 ulp (f32, f64), results below the normal
/// range included. erfc(-inf) = 2, erfc(inf) = 0, NaN for NaN.
template <class V> GF_DEVICE V erfc(V x) {
  using S = ScalarOf<V>;
  V a = absolute(x);
  auto small = a < V(1);
  V core = erfc_core(select(a < V(S(0.5)), V(S(0.5)), a));
  V below = V(1) + select(small, erf_small(select(small, -x, V(0))), V(1) - core); // for x below 1/2
  return select(x < V(S(0.5)), below, core);
}

} // namespace genfuse::device

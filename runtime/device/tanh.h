// tanh by expm1 of twice the absolute value.
#pragma once
#include "exp.h"

namespace genfuse::device {

template <class S> struct TanhConstants;
template <> struct TanhConstants<float> {
  static constexpr float tiny = 0x1p-13f, highest = 10; // x below, 1 above
};
template <> struct TanhConstants<double> { static constexpr double tiny = 0x1p-28, highest = 20; };

/// tanh(x): at most 1.6 ulp (f32, f64). tanh(+-inf) = +-1, tanh(-0) = -0, NaN for NaN.
template <class V> GF_DEVICE V tanh(V x) {
  using S = ScalarOf<V>;
  using C = TanhConstants<S>;
  V a = absolute(x);
  V clamped = select(a > V(C::highest), V(C::highest), a);
  Sum<V> e = half_expm1(clamped + clamped);
  V bottom = e.value + V(1),
    bottom_rest = (V(1) - bottom) + e.value; // tanh = e / (1 + e); 1 + e in two parts, exactly
  V t = divide(e.value, bottom);
  // One correction by the remainder of the division, with 1 / (1 + e) = 1 - t. Near 1 that cancels, and t is
  // good as it is.
  V remainder = fma(-t, bottom_rest + e.rest, fma(-t, bottom, e.value) + e.rest);
  t = fma(select(a < V(1), remainder, V(0)), V(1) - t, t);
  return select(a < V(C::tiny), x, from_bits(to_bits(t) | sign_bits(x)));
}

} // namespace genfuse::device

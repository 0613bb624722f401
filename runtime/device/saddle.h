// The parts of which densities of counts and of waiting times are made without cancellation (the saddle-point
// form of Loader, "Fast and accurate computation of binomial probabilities", 2000):
//   n log y - y - lgamma(n + 1) = -deviance(n, y) - stirling(n),
//   deviance(n, y) = y - m - n log(y / m),  stirling(n) = lgamma(n + 1) - n log m + m,
// where m, n itself from 1 on, 1 below and 0 at 0, is one that both parts agree upon. Both are small where
// the terms on the left are large. Where m is n its derivatives cancel, so that d/dn is as for a constant m.
#pragma once
#include "gamma.h"

namespace genfuse::device {

/// The number m above, for n not 0.
template <class V> GF_DEVICE V reference(V n) { return select(n >= V(1), n, V(1)); }

/// y / m and its logarithm, near y = m made from the exact y - m.
template <class V> struct Ratio {
  V quotient, excess; ///< y / m and y / m - 1
  V logarithm, rest;  ///< log(y / m) and excess - logarithm
  V near;             ///< 1 near y = m, else 0
};
template <class V> GF_DEVICE Ratio<V> ratio(V y, V m) {
  using S = ScalarOf<V>;
  using C = LogConstants<S>;
  V reciprocal = divide(V(1), m); // leaves a loop in which only y varies
  V quotient = y * reciprocal, excess = (y - m) * reciprocal;
  auto near = both(quotient > V(S(0.71)), quotient < V(S(1.41)));
  V f = select(near, excess, V(0)), square = f * f;
  V below = fma(square, V(S(0.5)), -C::tail(f, square, V(0))); // f - log(1 + f)
  V far = log(quotient);
  return {quotient, excess, select(near, f - below, far), select(near, below, excess - far),
          select(near, V(1), V(0))};
}

/// y - m - n log(y / m) for n > -1, y >= 0: at most 20 ulp (f32, f64); for n < 1, where it has a zero, of the
/// larger of |value| and |y - 1| (1 - n).
/// deviance(0, y) = y, deviance(n, 0) = inf for n > 0 and -inf for n < 0, deviance(n, inf) = inf, NaN for y <
/// 0 and NaN.
template <class V> GF_DEVICE V deviance(V n, V y) {
  Ratio<V> r = ratio(y, reference(n));
  // For n below 1, near y = 1: (y - 1 - log y) + (1 - n) log y.
  V below = select(r.near > V(0), fma(V(1) - n, r.logarithm, r.rest), fma(-n, r.logarithm, r.excess));
  V value = select(n >= V(1), n * r.rest, below);
  value = select(both(n == V(0), y >= V(0)), y, value);
  return select(both(y == infinity<V>(), n < infinity<V>()), y, value);
}

/// The derivative of the deviance in n, -log(y / m): at most 4 ulp (f32, f64).
template <class V> GF_DEVICE V deviance_slope(V n, V y) { return -ratio(y, reference(n)).logarithm; }

/// lgamma(n + 1) - n log m + m for n > -1: at most 5 ulp (f32, f64).
/// stirling(0) = 0, stirling(-1) = stirling(inf) = inf, NaN for n < -1 and NaN.
template <class V> GF_DEVICE V stirling(V n) {
  using S = ScalarOf<V>;
  using C = GammaConstants<S>;
  auto large = n >= V(8);
  V l = log(reference(n)), reciprocal = divide(V(1), select(large, n, V(8)));
  V series = fma(C::stirling(reciprocal * reciprocal), reciprocal, V(C::half_log_2pi));
  V from_one = fma(l, V(S(0.5)), select(large, series, C::stirling_by_log(select(large, V(0), l))));
  V small = V(1) + lgamma_positive(select(n < V(1), n + V(1), V(1)));
  V value = select(n >= V(1), from_one, select(n == V(0), V(0), small));
  return select(n >= V(-1), value, not_a_number<V>());
}

/// The derivative of stirling, digamma(n + 1) - log m: at most 5 ulp (f32, f64), for n < 1, where it has a
/// zero, of the larger of |value| and 1 / (n + 1).
template <class V> GF_DEVICE V stirling_slope(V n) {
  using S = ScalarOf<V>;
  using C = GammaConstants<S>;
  auto large = n >= V(8);
  V m = reference(n), reciprocal = divide(V(1), m), l = log(select(large, V(1), m));
  V series = fma(-reciprocal, C::digamma_tail(select(large, reciprocal * reciprocal, V(0))), V(S(0.5)));
  V from_one = reciprocal * select(large, series, C::stirling_slope_by_log(l));
  V small = digamma_positive(select(n < V(1), n + V(1), V(1)));
  return select(n >= V(-1), select(n >= V(1), from_one, small), not_a_number<V>());
}

/// lgamma(n + 1/2) - lgamma(n) - log(n) / 2 for n > 0, which vanishes like -1 / (8 n): at most 12 ulp
/// (f32, f64). -inf at 0, 0 at inf, NaN for n < 0 and NaN.
template <class V> GF_DEVICE V half_step(V n) {
  using S = ScalarOf<V>;
  using C = GammaConstants<S>;
  auto small = n < V(1);
  V m = select(small, n + V(1), n), reciprocal = divide(V(1), m);
  auto large = m >= V(8);
  V l = log(select(large, V(1), m)), z = select(large, reciprocal * reciprocal, V(0));
  V from_one = reciprocal * select(large, C::half_step(z), C::half_step_by_log(l));
  // One step up: log of sqrt(n m) / (n + 1/2).
  V middle = select(small, n + V(S(0.5)), V(1));
  V step = V(S(0.5)) * log(select(small, divide(n * m, middle * middle), V(1)));
  return select(n >= V(0), from_one + step, not_a_number<V>());
}

/// The derivative of half_step: at most 16 ulp (f32, f64). inf at 0, 0 at inf, NaN for n < 0 and NaN.
template <class V> GF_DEVICE V half_step_slope(V n) {
  using S = ScalarOf<V>;
  using C = GammaConstants<S>;
  auto small = n < V(1);
  V m = select(small, n + V(1), n), reciprocal = divide(V(1), m);
  auto large = m >= V(8);
  V l = log(select(large, V(1), m)), z = select(large, reciprocal * reciprocal, V(0));
  V from_one = reciprocal * (reciprocal * select(large, C::half_step_slope(z), C::half_step_slope_by_log(l)));
  V step = V(S(0.5)) * (reciprocal + divide(V(1), n)) - divide(V(1), n + V(S(0.5)));
  return select(n >= V(0), select(small, from_one + step, from_one), not_a_number<V>());
}

/// log(1 + z^2 / n) for n > 0, where z^2 may overflow: at most 3 ulp (f32, f64), or where z^2
/// underflows as much of its absolute size.
template <class V> GF_DEVICE V log1p_square(V z, V n) {
  using S = ScalarOf<V>;
  V w = divide(z * z, n);
  auto far = w > V(S(0x1p60f));
  V l = log(select(far, absolute(z), V(1))) - log(select(far, n, V(1))) * V(S(0.5));
  return select(far, l + l, log1p(select(far, V(0), w)));
}

} // namespace genfuse::device

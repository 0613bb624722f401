// Variates of the gamma distribution and what is made of them. Every loop ends after a fixed number of
// attempts, and a parameter outside its domain gives NaN at once.
#pragma once
#include "saddle.h"
#include "stream.h"

namespace genfuse::device {

/// An attempt is accepted with a probability above 0.95: the bound is met with one of 10^-83 at most.
constexpr u32 gamma_attempts = 64;

/// A gamma variate of scale 1 as log(value), and the value itself, which underflows for small shapes.
template <class V> struct GammaVariate { V value, logarithm; };

/// Marsaglia and Tsang, "A simple method for generating gamma variables" (2000): d (1 + c z)^3 with d = shape
/// - 1/3, c = 1 / sqrt(9 d). A shape below 1 is one above, times uniform^(1 / shape).
template <class U, class V>
GF_DEVICE GammaVariate<V> gamma_variate(const Stream<U, ScalarOf<V>> &stream, V shape) {
  using S = ScalarOf<V>;
  auto valid = both(shape > V(0), shape < infinity<V>());
  auto boosted = shape < V(1);
  V d = select(valid, select(boosted, shape + V(1), shape), V(1)) - V(S(1) / S(3));
  V c = divide(V(S(1) / S(3)), square_root(d));
  V value = d, log_uniform = V(0);
  auto open = valid;
  for (u32 number = 0; number < gamma_attempts && any(open); ++number) {
    Attempt<V> attempt = stream.attempt(number);
    V x = attempt.normal, step = c * x;
    // v = (1 + step)^3 = 1 + excess
    V excess = step * fma(step, step + V(3), V(3));
    auto inside = step > V(-1);
    V v = V(1) + select(inside, excess, V(0));
    // log(uniform) < x^2 / 2 + d (1 - v + log v)
    V bound = fma(x * x, V(S(0.5)), -d * ratio(v, V(1)).rest);
    auto accepted = both(both(open, inside), log(attempt.uniform) < bound);
    value = select(accepted, d * v, value);
    if (number == 0)
      log_uniform = log(attempt.other_uniform);
    open = both(open, unless(accepted));
  }
  V logarithm = log(value) + select(both(boosted, valid), divide(log_uniform, shape), V(0));
  value = select(boosted, exp(logarithm), value);
  V none = not_a_number<V>();
  return {select(valid, value, none), select(valid, logarithm, none)};
}

/// x, but at least the smallest normal number; NaN for NaN.
template <class V> GF_DEVICE V at_least_normal(V x) {
  V least = V(FormatOf<V>::smallest_normal);
  return select(x < least, least, x);
}

/// A gamma variate of scale 1, at least the smallest normal number, so that its log density is finite.
template <class U, class V> GF_DEVICE V draw_gamma(const Stream<U, ScalarOf<V>> &stream, V shape) {
  return at_least_normal(gamma_variate(stream, shape).value);
}
template <class U, class V> GF_DEVICE V draw_log_gamma(const Stream<U, ScalarOf<V>> &stream, V shape) {
  return gamma_variate(stream, shape).logarithm;
}

/// a / (a + b) for gamma variates a and b, of which both may underflow, by their logarithms. Inside (0, 1):
/// where the value would round to an end, the number next to it, so that its log density is finite.
template <class U, class V> GF_DEVICE V draw_beta(Stream<U, ScalarOf<V>> stream, V alpha, V beta) {
  using S = ScalarOf<V>;
  stream.element = stream.element << 1;
  V a = gamma_variate(stream, alpha).logarithm;
  stream.element = stream.element | U(1);
  V b = gamma_variate(stream, beta).logarithm;
  V value = divide(V(1), V(1) + exp(b - a));
  V least = V(FormatOf<V>::smallest_normal), most = V(1) - V(S(2) / S(u64(1) << (FormatOf<V>::mantissa + 2)));
  value = select(value < least, least, value);
  return select(value > most, most, value);
}

/// Standard variates beyond the first of a draw: element k of a vector.
template <class U, class V> GF_DEVICE V draw_stream_normal(const Stream<U, ScalarOf<V>> &stream) {
  return stream.attempt(0).normal;
}

} // namespace genfuse::device

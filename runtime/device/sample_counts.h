// Counts: poisson and binomial variates, as reals that are whole numbers, and integers of a range. Small
// means are searched from 0 upwards; large ones use transformed rejection. Every loop ends after a fixed
// number of attempts; a parameter outside its domain gives NaN at once.
#pragma once
#include "saddle.h"
#include "stream.h"

namespace genfuse::device {

/// Means from here on are drawn by rejection.
constexpr int large_mean = 10;
/// Longest search below that mean: the cumulative probability reaches 1 - 2^-53 well before.
constexpr int longest_search = 200;
/// An attempt is accepted with a probability above 0.6: the bound is met with one of 10^-50 at most.
constexpr u32 count_attempts = 128;

/// The smallest k with u <= P(0) + ... + P(k), where P(k + 1) = P(k) times `ratio_at(k)`. It stops where
/// terms behind the mean no longer add anything: rounding may leave the sum below u.
template <class V, class M, class Ratio>
GF_DEVICE V search_up(M wanted, V u, V first, V mean, Ratio ratio_at) {
  V k = V(0), mass = first, sum = first;
  for (int i = 0; i < longest_search; ++i) {
    V next = mass * ratio_at(k);
    auto open = both(both(wanted, u > sum), either(sum + next != sum, k < mean));
    if (!any(open))
      break;
    mass = select(open, next, mass);
    sum = select(open, sum + next, sum);
    k = select(open, k + V(1), k);
  }
  return k;
}

/// Hat of the transformed rejection method: k = floor((2 a / (1/2 - |u|) + b) u + c).
template <class V> struct Hat { V a, b, centre, inner, scale; };
template <class V> struct Candidate { V k, distance; };
template <class V> GF_DEVICE Candidate<V> candidate(const Hat<V> &hat, V uniform) {
  using S = ScalarOf<V>;
  V u = uniform - V(S(0.5)), distance = V(S(0.5)) - absolute(u);
  return {round_down(fma(divide(hat.a + hat.a, distance) + hat.b, u, hat.centre)), distance};
}

/// Draws from the hat until `log_mass` (relative to the scale of the hat) accepts; `fallback` without luck.
template <class U, class V, class M, class LogMass>
GF_DEVICE V reject(const Stream<U, ScalarOf<V>> &stream, M open, const Hat<V> &hat, V highest, V fallback,
                   LogMass log_mass) {
  using S = ScalarOf<V>;
  V value = fallback;
  for (u32 number = 0; number < count_attempts && any(open); ++number) {
    Attempt<V> attempt = stream.uniforms(number);
    Candidate<V> c = candidate(hat, attempt.uniform);
    V v = attempt.other_uniform;
    auto inside = both(c.k >= V(0), c.k <= highest);
    V k = select(inside, c.k, V(0));
    auto sure = both(c.distance >= V(S(0.07)), v <= hat.inner);
    V weight = divide(v * hat.scale, divide(hat.a, c.distance * c.distance) + hat.b);
    auto accepted = both(both(open, inside), either(sure, log(weight) <= log_mass(k)));
    value = select(accepted, k, value);
    open = both(open, unless(accepted));
  }
  return value;
}

/// Poisson: Hoermann, "The transformed rejection method for generating Poisson random variables" (1993),
/// algorithm PTRS.
template <class U, class V> GF_DEVICE V draw_poisson(const Stream<U, ScalarOf<V>> &stream, V rate) {
  using S = ScalarOf<V>;
  auto valid = both(rate >= V(0), rate < infinity<V>());
  auto large = both(valid, rate >= V(S(large_mean)));
  auto small = both(valid, rate < V(S(large_mean)));
  V low = select(small, rate, V(0)), high = select(large, rate, V(S(large_mean)));
  V k = search_up(small, stream.uniforms(0).uniform, exp(-low), low,
                  [&](V at) GF_DEVICE_LAMBDA { return divide(low, at + V(1)); });
  if (any(large)) {
    V b = fma(square_root(high), V(S(2.53)), V(S(0.931)));
    Hat<V> hat;
    hat.a = fma(b, V(S(0.02483)), V(S(-0.059)));
    hat.b = b;
    hat.centre = high + V(S(0.43));
    hat.inner = V(S(0.9277)) - divide(V(S(3.6224)), b - V(2));
    hat.scale = V(S(1.1239)) + divide(V(S(1.1328)), b - V(S(3.4)));
    V drawn = reject(stream, large, hat, infinity<V>(), round_down(high),
                     [&](V at) GF_DEVICE_LAMBDA { return -deviance(at, high) - stirling(at); });
    k = select(large, drawn, k);
  }
  return select(valid, k, not_a_number<V>());
}

/// Binomial with n trials: Hoermann, "The generation of binomial random variates" (1993), algorithm BTRS. For
/// p above 1/2 the failures are drawn.
template <class U, class V> GF_DEVICE V draw_binomial(const Stream<U, ScalarOf<V>> &stream, V n, V p) {
  using S = ScalarOf<V>;
  auto valid = both(both(n >= V(0), n < infinity<V>()), both(p >= V(0), p <= V(1)));
  auto flipped = p > V(S(0.5));
  V s = select(valid, select(flipped, V(1) - p, p), V(0)), trials = select(valid, n, V(0));
  V mean = trials * s;
  auto large = both(valid, mean >= V(S(large_mean)));
  auto small = both(valid, mean < V(S(large_mean)));
  V low = select(small, s, V(0)), odds = divide(low, V(1) - low), count = select(small, trials, V(0));
  V k = search_up(small, stream.uniforms(0).uniform, exp(count * log1p(-low)), count * low,
                  [&](V at) GF_DEVICE_LAMBDA { return odds * divide(count - at, at + V(1)); });
  if (any(large)) {
    V t = select(large, trials, V(100)), r = select(large, s, V(S(0.5))), f = V(1) - r;
    V spread = square_root(t * r * f), b = fma(spread, V(S(2.53)), V(S(1.15)));
    Hat<V> hat;
    hat.a = fma(r, V(S(0.01)), fma(b, V(S(0.0248)), V(S(-0.0873))));
    hat.b = b;
    hat.centre = fma(t, r, V(S(0.5)));
    hat.inner = V(S(0.92)) - divide(V(S(4.2)), b);
    hat.scale = (V(S(2.83)) + divide(V(S(5.1)), b)) * spread;
    auto log_mass = [&](V at) GF_DEVICE_LAMBDA {
      V rest = t - at;
      return -((deviance(at, t * r) + deviance(rest, t * f)) + (stirling(at) + stirling(rest)));
    };
    V mode = round_down((t + V(1)) * r), highest = log_mass(mode);
    V drawn =
        reject(stream, large, hat, t, mode, [&](V at) GF_DEVICE_LAMBDA { return log_mass(at) - highest; });
    k = select(large, drawn, k);
  }
  k = select(flipped, trials - k, k);
  return select(valid, k, not_a_number<V>());
}

/// An integer of low .. high, all equally likely, without bias: as many bits as the range needs, drawn until
/// they are inside (half of the attempts at least are). `low` where high is below low.
template <class U, class W> GF_DEVICE W draw_integer(const Stream<U, double> &stream, W low, W high) {
  W range = high - low; // as unsigned numbers, all 64 bits of it
  W mask = range;
  GF_UNROLL
  for (int shift = 1; shift < 64; shift *= 2)
    mask = mask | (mask >> shift);
  constexpr u64 sign = 0x8000000000000000ull;
  auto open = (low ^ W(sign)) < (high ^ W(sign)); // signed comparison of unsigned numbers
  W value = W(0);
  for (u32 number = 0; number < count_attempts && any(open); ++number) {
    Words<U> words = stream.block(number, 0);
    W bits = ((widen(words.word[0]) << 32) | widen(words.word[1])) & mask;
    auto accepted = both(open, bits <= range);
    value = select(accepted, bits, value);
    open = both(open, unless(accepted));
  }
  return low + value;
}

} // namespace genfuse::device

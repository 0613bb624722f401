// Special functions in long double: what the records of ir/dist take from the device library, computed
// another way, by their definitions.
#pragma once

#include "tests/reference/Number.h"

namespace genfuse::reference {

/// The derivative of lgamma for x > 0: the recurrence up to 12, then the asymptotic series (Abramowitz and
/// Stegun 6.3.18), whose first term left out is below 1e-18 there.
inline long double digamma(long double x) {
  long double below = 0;
  for (; x < 12; x += 1)
    below += 1 / x;
  long double z = 1 / (x * x);
  long double series =
      z * (1.0L / 12 -
           z * (1.0L / 120 -
                z * (1.0L / 252 - z * (1.0L / 240 - z * (1.0L / 132 - z * (691.0L / 32760 - z / 12))))));
  return std::log(x) - 0.5L / x - series - below;
}

/// The point that the two saddle-point functions agree upon: n from 1 on, 1 below, 0 at 0.
inline long double saddle(long double n) { return n >= 1 ? n : n == 0 ? 0 : 1; }

/// a log(b), where 0 log 0 is 0.
inline long double timesLog(long double a, long double b) { return a == 0 ? 0 : a * std::log(b); }

inline Number lgamma(Number x) { return through(x, double(lgammal(x.value)), double(digamma(x.value))); }

/// lgamma(n + 1) - n log m + m, with the m above.
inline Number stirling(Number n) {
  long double x = n.value, m = saddle(x);
  return through(n, double(lgammal(x + 1) - timesLog(x, m) + m), double(digamma(x + 1) - std::log(m)));
}

/// lgamma(n + 1/2) - lgamma(n) - log(n) / 2
inline Number halfStep(Number n) {
  long double x = n.value;
  return through(n, double(lgammal(x + 0.5L) - lgammal(x) - std::log(x) / 2),
                 double(digamma(x + 0.5L) - digamma(x) - 0.5L / x));
}

/// y - m - n log(y / m), with the m above.
inline Number deviance(Number n, Number y) {
  long double x = n.value, v = y.value, m = saddle(x);
  return {double(v - m - timesLog(x, v / m)),
          scaled(n.slope, double(-std::log(v / m))) + scaled(y.slope, double(1 - (x == 0 ? 0 : x / v)))};
}

/// log(1 + z^2 / n)
inline Number log1pSquare(Number z, Number n) {
  long double x = z.value, v = n.value, square = x * x;
  return {double(std::log1p(square / v)), scaled(z.slope, double(2 * x / (v + square))) -
                                              scaled(n.slope, double(square / (v * (v + square))))};
}

} // namespace genfuse::reference

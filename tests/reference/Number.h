// A double with its derivative along one direction: the arithmetic of the reference interpreter.
#pragma once

#include <cmath>

namespace genfuse::reference {

/// `slope` is the derivative in one direction of the inputs, which the caller chooses by setting the slopes
/// of the inputs (forward mode). Integers, booleans and indices are numbers too (exact below 2^53), with
/// slope 0.
struct Number {
  double value = 0, slope = 0;

  constexpr Number() = default;
  constexpr Number(double value, double slope = 0) : value(value), slope(slope) {}
};

/// slope * factor, where what is constant stays constant, however infinite the factor.
inline double scaled(double slope, double factor) { return slope == 0 ? 0 : slope * factor; }

/// A function of `x` with that value and derivative.
inline Number through(Number x, double value, double derivative) {
  return {value, scaled(x.slope, derivative)};
}

inline Number operator+(Number a, Number b) { return {a.value + b.value, a.slope + b.slope}; }
inline Number operator-(Number a, Number b) { return {a.value - b.value, a.slope - b.slope}; }
inline Number operator-(Number a) { return {-a.value, -a.slope}; }
inline Number operator*(Number a, Number b) {
  return {a.value * b.value, scaled(a.slope, b.value) + scaled(b.slope, a.value)};
}
inline Number operator/(Number a, Number b) {
  double ratio = a.value / b.value;
  return {ratio, scaled(a.slope, 1 / b.value) - scaled(b.slope, ratio / b.value)};
}
inline bool operator<(Number a, Number b) { return a.value < b.value; }
inline bool operator<=(Number a, Number b) { return a.value <= b.value; }

inline Number exp(Number x) { return through(x, std::exp(x.value), std::exp(x.value)); }
inline Number expm1(Number x) { return through(x, std::expm1(x.value), std::exp(x.value)); }
inline Number log(Number x) { return through(x, std::log(x.value), 1 / x.value); }
inline Number log1p(Number x) { return through(x, std::log1p(x.value), 1 / (1 + x.value)); }
inline Number sqrt(Number x) { return through(x, std::sqrt(x.value), 0.5 / std::sqrt(x.value)); }
inline Number tanh(Number x) {
  return through(x, std::tanh(x.value), 1 - std::tanh(x.value) * std::tanh(x.value));
}
inline Number sin(Number x) { return through(x, std::sin(x.value), std::cos(x.value)); }
inline Number cos(Number x) { return through(x, std::cos(x.value), -std::sin(x.value)); }
/// |x|; its derivative at 0 is 1.
inline Number abs(Number x) { return x.value >= 0 ? x : -x; }

} // namespace genfuse::reference

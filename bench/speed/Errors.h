// Worst errors of arrays against references in double precision.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace genfuse::bench {

/// The largest |got(i) - expected(i)| / scale(expected(i)); infinity where something is not a number.
template <class Got, class Expected, class Scale>
double worstError(int64_t count, const Got &got, const Expected &expected, const Scale &scale) {
  double worst = 0;
  for (int64_t i = 0; i < count; ++i) {
    const double reference = expected(i), error = std::abs(got(i) - reference) / scale(reference);
    worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
  }
  return worst;
}

/// Relative to floor + |expected|.
template <class Got, class Expected>
double worstRelativeError(int64_t count, const Got &got, const Expected &expected, double floor) {
  return worstError(count, got, expected, [&](double reference) { return floor + std::abs(reference); });
}

/// Relative to the largest |expected|: for gradients, whose small components are differences of large sums.
template <class Got, class Expected>
double worstErrorOfVector(int64_t count, const Got &got, const Expected &expected) {
  double largest = 0;
  for (int64_t i = 0; i < count; ++i)
    largest = std::max(largest, std::abs(static_cast<double>(expected(i))));
  return worstError(count, got, expected, [&](double) { return largest; });
}

} // namespace genfuse::bench

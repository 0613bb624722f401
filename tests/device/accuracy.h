// Errors of the scalar functions, in units in the last place of the exact result.
#pragma once
#include "scalar_functions.h"
#include <cstring>
#include <limits>
#include <random>

namespace genfuse::device_test {

template <class T> double ulp_error(T got, long double want) {
  using Limits = std::numeric_limits<T>;
  if (std::isnan(want))
    return std::isnan(got) ? 0 : INFINITY;
  T rounded = T(want);
  if (std::isinf(rounded) || std::isinf(got) || want == 0)
    return got == rounded ? 0 : INFINITY;
  int exponent = std::max(ilogbl(want), Limits::min_exponent - 1) - (Limits::digits - 1);
  return double(ldexpl(fabsl((long double)got - want), -exponent));
}

/// The largest error of a function over the points that it is shown, within its domain.
template <class T> class Worst {
public:
  explicit Worst(const Scalar<T> &row) : row(row) {}
  void at(T x) {
    if (!(std::isnan(x) || std::fabs(x) <= row.domain))
      return;
    double e = ulp_error(row.function(x), row.oracle(x));
    if (e > error)
      error = e, where = x;
  }

  double error = 0;
  T where = 0;

private:
  const Scalar<T> &row;
};

template <class T> void add_random_points(Worst<T> &worst, int n) {
  std::mt19937_64 generator(1);
  for (int i = 0; i < n; ++i) {
    double u = double(generator() >> 11) * 0x1p-53, sign = generator() & 1 ? 1 : -1;
    worst.at(T(sign * u * 1.5));
    worst.at(T(sign * u * 50));
    worst.at(T(sign * u * 1000));
    worst.at(T(sign * std::exp2(60 * (u - 0.5))));
  }
}

/// Arguments closest to the zeros of sin and cos: the neighbours of k pi / 2.
template <class T> void add_near_zeros(Worst<T> &worst, double domain) {
  for (double k = 1; k * 1.6 < domain; k = std::floor(k * 1.01) + 1) {
    T x = T(k * 1.57079632679489661923132169163975144L);
    worst.at(x);
    worst.at(-std::nextafter(x, T(0)));
    worst.at(std::nextafter(x, T(INFINITY)));
  }
}

/// All points at which a function is measured. f32 walks over all bit patterns with a stride.
inline Worst<float> measure(const Scalar<float> &row) {
  Worst<float> worst(row);
  for (std::uint64_t bits = 0; bits < (1ull << 32); bits += 8191) {
    auto word = std::uint32_t(bits);
    float x;
    std::memcpy(&x, &word, sizeof x);
    worst.at(x);
  }
  add_random_points(worst, 50000);
  add_near_zeros(worst, 1e6);
  return worst;
}
inline Worst<double> measure(const Scalar<double> &row) {
  Worst<double> worst(row);
  std::mt19937_64 generator(2);
  for (int i = 0; i < 300000; ++i) {
    std::uint64_t word = generator();
    double x;
    std::memcpy(&x, &word, sizeof x);
    worst.at(x);
  }
  add_random_points(worst, 100000);
  add_near_zeros(worst, 1e14);
  return worst;
}

} // namespace genfuse::device_test

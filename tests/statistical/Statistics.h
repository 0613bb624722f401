// Cumulative distribution functions and test statistics, in double: what draws are compared with. None of it
// is shared with the compiler.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace genfuse::statistics {

/// The regularised lower incomplete gamma function P(a, x): its power series for x < a + 1, else Lentz's form
/// of the continued fraction of 1 - P (Abramowitz and Stegun 6.5.29, 6.5.31).
inline double incompleteGamma(double a, double x) {
  if (x <= 0)
    return 0;
  double front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (int n = 1; n < 100000 && term > 1e-17 * sum; ++n)
      sum += term *= x / (a + n);
    return front * sum;
  }
  double b = x + 1 - a, c = 1e300, d = 1 / b, fraction = d;
  for (int n = 1; n < 100000; ++n) {
    double k = -n * (n - a);
    b += 2;
    d = 1 / (k * d + b);
    c = b + k / c;
    fraction *= c * d;
    if (std::fabs(c * d - 1) < 1e-16)
      break;
  }
  return 1 - front * fraction;
}

/// The regularised incomplete beta function I_x(a, b), with y = 1 - x: the continued fraction (Abramowitz and
/// Stegun 26.5.8), from the side on which it converges.
inline double incompleteBeta(double a, double b, double x, double y) {
  if (x <= 0 || y <= 0)
    return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2))
    return 1 - incompleteBeta(b, a, y, x);
  double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log(y)) / a;
  double c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), fraction = d;
  for (int m = 1; m < 100000; ++m) {
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= c * d;
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    fraction *= c * d;
    if (std::fabs(c * d - 1) < 1e-16)
      break;
  }
  return front * fraction;
}

/// A draw as the numbers that round to it: a float program draws floats.
struct Interval {
  double low, high;
};

/// The Kolmogorov-Smirnov statistic sqrt(n) sup |F_n - F|, above 2.2 with probability 1e-4, of draws that
/// were rounded: F_n is compared with F at the ends of each draw's interval.
inline double kolmogorovSmirnov(std::vector<double> draws, const std::function<double(double)> &cdf,
                                const std::function<Interval(double)> &rounded) {
  std::sort(draws.begin(), draws.end());
  double n = static_cast<double>(draws.size()), worst = 0;
  for (size_t first = 0, end = 0; first < draws.size(); first = end) {
    while (end < draws.size() && draws[end] == draws[first])
      ++end;
    Interval interval = rounded(draws[first]);
    worst =
        std::max({worst, std::fabs(cdf(interval.low) - first / n), std::fabs(end / n - cdf(interval.high))});
  }
  return worst * std::sqrt(n);
}

/// Pearson's statistic of counts 0, 1, ... against their probabilities, as a standard normal number (Wilson
/// and Hilferty 1931: the cube root of chi-square is nearly normal); above 3.72 with probability 1e-4.
/// Neighbours are pooled until 20 are expected. Infinite where a count of probability 0 was drawn.
inline double chiSquare(const std::vector<double> &draws, const std::function<double(double)> &probability) {
  double n = static_cast<double>(draws.size()), highest = *std::max_element(draws.begin(), draws.end());
  double lowest = *std::min_element(draws.begin(), draws.end());
  std::vector<double> counts(static_cast<size_t>(highest - lowest) + 1);
  for (double draw : draws)
    counts[static_cast<size_t>(draw - lowest)] += 1;
  double statistic = 0, cells = 0, count = 0, expected = 0, total = 0;
  auto close = [&](double p) {
    expected += p * n;
    statistic += expected == 0 ? 0 : (count - expected) * (count - expected) / expected;
    ++cells;
    count = expected = 0;
  };
  double below = 0; // of all that is smaller than every draw
  for (double k = lowest - 1; k >= 0 && k > lowest - 2000; --k)
    below += probability(k);
  expected = below * n;
  total = below;
  for (size_t i = 0; i < counts.size(); ++i) {
    double p = probability(lowest + static_cast<double>(i));
    if (p == 0 && counts[i] > 0)
      return HUGE_VAL;
    total += p;
    expected += p * n;
    count += counts[i];
    if (expected > 20 && i + 1 < counts.size() && n * (1 - total) > 20)
      close(0);
  }
  close(std::max(0.0, 1 - total)); // the rest, and all above
  double freedom = cells - 1;
  if (freedom < 1)
    return statistic == 0 ? 0 : (std::sqrt(statistic) < 1e-3 ? 0 : HUGE_VAL);
  double spread = 2 / (9 * freedom);
  return (std::cbrt(statistic / freedom) - (1 - spread)) / std::sqrt(spread);
}

} // namespace genfuse::statistics

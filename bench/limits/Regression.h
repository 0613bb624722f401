// Polynomial regression on 50 points: a, b, c ~ normal(0, 1), y_i ~ normal(a + b x_i + c x_i^2, 0.05). The
// data of importance sampling and of HMC, prepared.
#pragma once

#include "bench/limits/Target.h"

namespace genfuse::limits {

/// The sum over data of squared residuals as a quadratic form about the least-squares point (a0, b0, c0),
/// which keeps it accurate in float: residual + d' M d with d = (a - a0, b - b0, c - c0) and
/// M = [[m0, m1, m2], [m1, m2, m3], [m2, m3, m4]], where m_k is the sum of the x_i^k.
struct Moments {
  float power[5];
  float leastSquares[3];
  float residual;
};

struct Regression {
  static constexpr int points = 50;
  static constexpr float sigma = 0.05f;
  static constexpr float precision = 400; ///< 1 / sigma^2
  static constexpr int padded = 64;       ///< zeros after the data

  alignas(64) float x[padded];
  alignas(64) float square[padded]; ///< x^2
  alignas(64) float y[padded];
  Moments moments;

  /// x [50], y [50].
  Regression(const float *x, const float *y);
};

} // namespace genfuse::limits

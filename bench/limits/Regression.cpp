#include "bench/limits/Regression.h"

namespace genfuse::limits {

namespace {

/// Gauss and Jordan on the normal equations; they are positive definite, so no pivots are looked for.
void solve(double (&rows)[3][4], float *solution) {
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      const double factor = rows[j][i] / rows[i][i];
      for (int k = 0; i != j && k < 4; ++k)
        rows[j][k] -= factor * rows[i][k];
    }
  for (int i = 0; i < 3; ++i)
    solution[i] = static_cast<float>(rows[i][3] / rows[i][i]);
}

Moments momentsOf(const float *x, const float *y) {
  double power[5] = {}, product[3] = {};
  for (int i = 0; i < Regression::points; ++i) {
    double p = 1;
    for (int k = 0; k < 5; ++k, p *= x[i]) {
      power[k] += p;
      if (k < 3)
        product[k] += p * y[i];
    }
  }
  double rows[3][4];
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j)
      rows[i][j] = power[i + j];
    rows[i][3] = product[i];
  }
  Moments moments;
  solve(rows, moments.leastSquares);
  double residual = 0;
  for (int i = 0; i < Regression::points; ++i) {
    double e = y[i] - moments.leastSquares[0] -
               x[i] * (moments.leastSquares[1] + x[i] * double(moments.leastSquares[2]));
    residual += e * e;
  }
  for (int k = 0; k < 5; ++k)
    moments.power[k] = static_cast<float>(power[k]);
  moments.residual = static_cast<float>(residual);
  return moments;
}

} // namespace

Regression::Regression(const float *xs, const float *ys) : x(), square(), y(), moments(momentsOf(xs, ys)) {
  for (int i = 0; i < points; ++i) {
    x[i] = xs[i];
    square[i] = xs[i] * xs[i];
    y[i] = ys[i];
  }
}

} // namespace genfuse::limits

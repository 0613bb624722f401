// The densities of the speed benchmarks in double precision, as plainly as they can be written: what both
// generated and hand-written kernels are checked against.
#pragma once

#include "bench/speed/Data.h"

namespace genfuse::bench {

struct ReferenceResult {
  double value = 0;
  std::vector<double> gradient;
};

/// log p(y | a, b, c) of the polynomial regression with noise 0.05; no gradient.
double polynomialLikelihood(const PolynomialData &data, double a, double b, double c);
/// log p(a, b, c, y) with priors normal(0, 1), and the gradient in a, b, c.
ReferenceResult polynomialDensity(const PolynomialData &data, double a, double b, double c);

/// log p(w, y) with priors normal(0, 1), and the gradient [55] in w.
ReferenceResult logisticDensity(const CoverData &data, const FloatVector &w);

/// log p(y) of a softmax regression, and its gradient in weights [10][784], then biases [10].
ReferenceResult softmaxDensity(const ImageData &data, const FloatVector &weights, const FloatVector &biases);

/// Log evidence and last filtered mean of the state-space model, exactly (Kalman 1960).
struct KalmanResult {
  double logEvidence, lastMean;
};
KalmanResult kalmanFilter(const FloatVector &y);

/// The mean of a, b, c under the posterior of the polynomial regression, exactly.
std::vector<double> polynomialPosteriorMean(const PolynomialData &data);

} // namespace genfuse::bench

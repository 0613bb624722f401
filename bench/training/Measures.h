// What a run is judged by: quantiles of times, agreement of parameters, how well parameters predict.
#pragma once

#include "bench/training/Side.h"

namespace genfuse::bench {

/// Quantile of some times; 0.5 is the median. 0 without any.
double quantile(std::vector<double> values, double q);

/// Largest |a - b| over the largest |b|, of weights and of biases: the worse of the two. NaN where a
/// parameter of either is not finite, so that runs that both diverged never pass for equal.
double difference(const Parameters &a, const Parameters &b);

/// Sum of the log likelihood over all images, and the share that the likeliest class gets right.
struct Evaluation {
  double logLikelihood, accuracy;
};
Evaluation evaluate(const Images &images, const Parameters &parameters);

} // namespace genfuse::bench

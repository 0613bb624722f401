#include "bench/training/Measures.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace genfuse::bench {

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[static_cast<size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

namespace {

double difference(const std::vector<float> &a, const std::vector<float> &b) {
  double worst = 0, scale = 0;
  for (size_t i = 0; i < b.size(); ++i) {
    if (!std::isfinite(a[i]) || !std::isfinite(b[i]))
      return std::numeric_limits<double>::quiet_NaN();
    worst = std::max(worst, std::fabs(static_cast<double>(a[i]) - b[i]));
    scale = std::max(scale, std::fabs(static_cast<double>(b[i])));
  }
  return scale == 0 ? worst : worst / scale;
}

} // namespace

double difference(const Parameters &a, const Parameters &b) {
  double weights = difference(a.weights, b.weights), biases = difference(a.biases, b.biases);
  return std::isnan(weights) ? weights : std::isnan(biases) ? biases : std::max(weights, biases);
}

Evaluation evaluate(const Images &images, const Parameters &parameters) {
  Evaluation result{0, 0};
  for (int64_t i = 0; i < images.count(); ++i) {
    const float *x = &images.images[i * images.pixels];
    double logits[classes], largest = -HUGE_VAL, total = 0;
    for (int64_t k = 0; k < classes; ++k) {
      logits[k] = parameters.biases[k];
      for (int64_t d = 0; d < images.pixels; ++d)
        logits[k] += static_cast<double>(parameters.weights[k * images.pixels + d]) * x[d];
      largest = std::max(largest, logits[k]);
    }
    for (double logit : logits)
      total += std::exp(logit - largest);
    result.logLikelihood += logits[images.labels[i]] - largest - std::log(total);
    result.accuracy += std::max_element(logits, logits + classes) - logits == images.labels[i];
  }
  result.accuracy /= static_cast<double>(std::max<int64_t>(images.count(), 1));
  return result;
}

} // namespace genfuse::bench

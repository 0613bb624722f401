#include "bench/speed/Reference.h"
#include <algorithm>
#include <cmath>
#include <utility>

namespace genfuse::bench {

namespace {

constexpr double halfLog2Pi = 0.91893853320467274, noise = 0.05;

double normalLogDensity(double x, double mean, double sigma) {
  const double z = (x - mean) / sigma;
  return -0.5 * z * z - std::log(sigma) - halfLog2Pi;
}

/// Adds the log probability of one image, and its gradient.
void addImage(const float *x, int64_t label, const FloatVector &weights, const FloatVector &biases,
              ReferenceResult &result) {
  constexpr int64_t pixels = ImageData::pixels, classes = ImageData::classes;
  double scores[classes], largest = -INFINITY, total = 0;
  for (int64_t c = 0; c < classes; ++c) {
    scores[c] = biases[static_cast<size_t>(c)];
    for (int64_t i = 0; i < pixels; ++i)
      scores[c] += static_cast<double>(weights[static_cast<size_t>(c * pixels + i)]) * x[i];
    largest = std::max(largest, scores[c]);
  }
  for (double score : scores)
    total += std::exp(score - largest);
  result.value += scores[label] - largest - std::log(total);
  for (int64_t c = 0; c < classes; ++c) {
    const double residual = (c == label) - std::exp(scores[c] - largest) / total;
    for (int64_t i = 0; i < pixels; ++i)
      result.gradient[static_cast<size_t>(c * pixels + i)] += residual * x[i];
    result.gradient[static_cast<size_t>(classes * pixels + c)] += residual;
  }
}

} // namespace

double polynomialLikelihood(const PolynomialData &data, double a, double b, double c) {
  double value = 0;
  for (size_t i = 0; i < data.x.size(); ++i) {
    const double x = data.x[i];
    value += normalLogDensity(data.y[i], a + b * x + c * x * x, noise);
  }
  return value;
}

ReferenceResult polynomialDensity(const PolynomialData &data, double a, double b, double c) {
  ReferenceResult result{polynomialLikelihood(data, a, b, c), {-a, -b, -c}};
  for (double q : {a, b, c})
    result.value += normalLogDensity(q, 0, 1);
  for (size_t i = 0; i < data.x.size(); ++i) {
    const double x = data.x[i], residual = (data.y[i] - a - b * x - c * x * x) / (noise * noise);
    result.gradient[0] += residual;
    result.gradient[1] += residual * x;
    result.gradient[2] += residual * x * x;
  }
  return result;
}

ReferenceResult logisticDensity(const CoverData &data, const FloatVector &w) {
  ReferenceResult result;
  for (float weight : w) {
    result.value += normalLogDensity(weight, 0, 1);
    result.gradient.push_back(-static_cast<double>(weight));
  }
  for (int64_t r = 0; r < data.rows; ++r) {
    const float *row = data.x.data() + r * CoverData::columns;
    double eta = 0;
    for (size_t i = 0; i < w.size(); ++i)
      eta += static_cast<double>(w[i]) * row[i];
    const double y = data.y[static_cast<size_t>(r)];
    result.value += y * eta - std::max(eta, 0.0) - std::log1p(std::exp(-std::abs(eta)));
    const double residual = y - 1 / (1 + std::exp(-eta));
    for (size_t i = 0; i < w.size(); ++i)
      result.gradient[i] += residual * row[i];
  }
  return result;
}

ReferenceResult softmaxDensity(const ImageData &data, const FloatVector &weights, const FloatVector &biases) {
  ReferenceResult result{0, std::vector<double>(weights.size() + biases.size())};
  for (size_t image = 0; image < data.labels.size(); ++image)
    addImage(data.images.data() + image * ImageData::pixels, data.labels[image], weights, biases, result);
  return result;
}

KalmanResult kalmanFilter(const FloatVector &y) {
  constexpr double a = 0.9, q = 0.25, r = 0.49;
  double mean = 0, variance = 1, logEvidence = 0;
  for (size_t t = 0; t < y.size(); ++t) {
    if (t > 0) {
      mean *= a;
      variance = a * a * variance + q;
    }
    const double total = variance + r;
    logEvidence += normalLogDensity(y[t], mean, std::sqrt(total));
    mean += variance / total * (y[t] - mean);
    variance *= r / total;
  }
  return {logEvidence, mean};
}

std::vector<double> polynomialPosteriorMean(const PolynomialData &data) {
  // Newton's step from 0: the density is quadratic. The Hessian is -(I + X'X / noise^2).
  double rows[3][4] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}};
  const std::vector<double> gradient = polynomialDensity(data, 0, 0, 0).gradient;
  for (size_t i = 0; i < 3; ++i) {
    for (float x : data.x)
      for (size_t j = 0; j < 3; ++j)
        rows[i][j] += std::pow(static_cast<double>(x), static_cast<double>(i + j)) / (noise * noise);
    rows[i][3] = gradient[i];
  }
  std::vector<double> mean;
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) {
      const double factor = rows[j][i] / rows[i][i];
      for (size_t k = i; i != j && k < 4; ++k)
        rows[j][k] -= factor * rows[i][k];
    }
  for (size_t i = 0; i < 3; ++i)
    mean.push_back(rows[i][3] / rows[i][i]);
  return mean;
}

} // namespace genfuse::bench

// Synthetic data of the speed benchmarks, from fixed seeds: the same numbers on every machine.
#pragma once

#include "bench/speed/Aligned.h"
#include <cstdint>
#include <memory>
#include <vector>

namespace genfuse::bench {

/// Points of y = 0.5 - 1.2 x + 2 x^2 + 0.05 e with x evenly in [-1, 1].
struct PolynomialData {
  FloatVector x, y;
};
PolynomialData polynomialData(int64_t points = 50);

/// Like the forest cover data set in shape and kind: 10 standardised features, 44 that are 0 or 1 (one of 4
/// and one of 40), and a column of ones; labels by a logistic regression.
struct CoverData {
  static constexpr int64_t columns = 55;
  int64_t rows;
  FloatVector x;             ///< [rows][55]
  std::unique_ptr<bool[]> y; ///< [rows]
  FloatVector weights;       ///< [55], near those that made the labels
};
CoverData coverData(int64_t rows = 581012);

/// Like scanned digits in shape and kind: most pixels 0, strokes up to 1; blurred patterns of ten classes.
struct ImageData {
  static constexpr int64_t pixels = 784, classes = 10;
  FloatVector images;          ///< [count][784]
  std::vector<int64_t> labels; ///< [count]
};
ImageData imageData(int64_t count = 100);

/// y of x_0 ~ normal(0, 1), x_t ~ normal(0.9 x_{t-1}, 0.5), y_t ~ normal(x_t, 0.7).
FloatVector stateSpaceData(int64_t steps = 100);

} // namespace genfuse::bench

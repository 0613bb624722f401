// W3: logistic regression with 55 columns (54 features and a column of ones).
#pragma once

#include "bench/limits/Target.h"
#include <cstdint>

namespace genfuse::limits {

struct LogisticData {
  static constexpr int columns = 55;
  const float *x; ///< [rows][55]
  const bool *y;  ///< [rows]
  int64_t rows;
};

/// A sum over rows: the log likelihood sum of y eta - log(1 + exp(eta)), eta = x w, and its gradient in w.
struct LogisticSum {
  double value = 0;
  double gradient[LogisticData::columns] = {};
};

template <class Target> struct Logistic {
  /// The sum over the rows first .. last - 1, `first` a multiple of 16, in one pass over x: of a block of
  /// rows (a register of them) first the products x w, by sums over rows of registers, then their sigmoids in
  /// one register, then, while the block is in the first cache, the residuals times the rows. w is [55].
  /// Float sums of 4,096 rows are added in double.
  static void add(const LogisticData &data, const float *w, int64_t first, int64_t last, LogisticSum &sum);

  /// Adds up x alone: what reading it takes.
  static float read(const LogisticData &data, int64_t first, int64_t last);
};

/// Adds the log density of w under its prior, normal(0, 1) each, and the gradient.
void addPrior(const float *w, LogisticSum &sum);

} // namespace genfuse::limits

// W1: importance sampling from the prior of a polynomial regression (Regression.h).
#pragma once

#include "bench/limits/Regression.h"
#include <cstdint>

namespace genfuse::limits {

/// Particles: a, b, c and the log weight, [count] each.
struct Particles {
  float *a, *b, *c, *logWeight;
};

/// The log weight and the log density of all choices in double, [count] each.
struct Scores {
  double *weight, *score;
};

/// Each function makes the particles first .. last - 1, `first` a multiple of 64: draws of the prior, and log
/// weights log p(y | a, b, c). Four particles share a Philox call for each of a, b and c: particle i has word
/// (i / 16) % 4 of the counter (16 (i / 64) + i % 16, 0, 0 for a, 1 for b, 2 for c, 1) under the key `seed`.
/// Particles are in lanes, data points are broadcast, and nothing but the results is stored.
template <class Target> struct ImportanceSampling {
  static void run(const Regression &data, uint64_t seed, int64_t first, int64_t last, const Particles &out);

  /// The same with what generated code returns: log weights and scores in double, no float ones.
  static void runWithScores(const Regression &data, uint64_t seed, int64_t first, int64_t last,
                            const Particles &out, const Scores &scores);

  /// The draws alone.
  static void draw(uint64_t seed, int64_t first, int64_t last, const Particles &out);

  /// The same log weights from the moments of the data: what algebra leaves of the sum over points.
  static void runOnMoments(const Regression &data, uint64_t seed, int64_t first, int64_t last,
                           const Particles &out);
};

} // namespace genfuse::limits

// W7: bootstrap particle filter of a linear-Gaussian state-space model: x_0 ~ normal(0, 1),
// x_t ~ normal(0.9 x_{t-1}, 0.5), y_t ~ normal(x_t, 0.7).
#pragma once

#include "bench/limits/SpinBarrier.h"
#include "bench/limits/Target.h"
#include <cstdint>

namespace genfuse::limits {

struct StateSpace {
  static constexpr float transition = 0.9f, transitionSigma = 0.5f, observationSigma = 0.7f;
};

/// Particles and log weights: memory for count + 128 floats each. `next` is where resampled particles go.
struct FilterMemory {
  float *particles, *next, *weights;
};

struct FilterResult {
  double logEvidence = 0;
  double lastMean = 0; ///< of the last state, under its filtering distribution
};

/// What the threads of one filter tell each other.
struct FilterExchange {
  explicit FilterExchange(int threads) : threads(threads), barrier(threads) {}
  const int threads; ///< 1 or 2
  SpinBarrier barrier;
  float largest[2] = {};
  double total[2] = {}, weighted[2] = {};
};

template <class Target> struct ParticleFilter {
  /// Draws and weighs the particles first .. last - 1, both multiples of 64: out[i] ~ normal(0.9 previous[i],
  /// 0.5), or normal(0, 1) without `previous` (`out` may be `previous`), logWeights[i] = -(y - out[i])^2 /
  /// (2 0.7^2), without its constant. Returns the largest. Four particles share a Philox call: particle i has
  /// word (i / 16) % 4 of the counter (16 (i / 64) + i % 16, step, 0, 1) under the key `seed`.
  static float drawAndWeigh(const float *previous, float y, int step, uint64_t seed, int64_t first,
                            int64_t last, float *out, float *logWeights);

  /// The same with what generated code returns, in double: weights[i] = log p(y | out[i]) and scores[i] =
  /// that and log p(out[i] | previous[i]). There has to be a `previous`.
  static void drawAndScore(const float *previous, float y, int step, uint64_t seed, int64_t first,
                           int64_t last, float *out, double *weights, double *scores);

  /// Thread `thread` of a filter over y [steps] with `count` particles: draw and weigh; prefix sums of
  /// weights in lanes; systematic resampling (Kitagawa 1996), whose copies are written a register at a time.
  /// All threads of `exchange` have to call; the result is that of thread 0.
  static FilterResult run(const float *y, int steps, int64_t count, uint64_t seed, int thread,
                          FilterExchange &exchange, FilterMemory memory);
};

} // namespace genfuse::limits

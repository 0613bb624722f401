// W4: a step of gradient ascent on the log likelihood of a softmax regression, 784 pixels to 10 classes.
#pragma once

#include "bench/limits/SpinBarrier.h"
#include "bench/limits/Target.h"
#include <cstdint>

namespace genfuse::limits {

/// A batch of images, resident.
struct SoftmaxBatch {
  static constexpr int pixels = 784, classes = 10;
  const float *images;   ///< [size][784]
  const int64_t *labels; ///< [size]
  int size;              ///< even
};

/// Weights [10][784] and biases [10] (in memory for 16), changed in place; residuals [size][16] are scratch.
struct SoftmaxState {
  float *weights, *biases, *residuals;
};

/// Logits are products of two images with all classes at once, whose sums over lanes are made by one
/// transposition; the gradient is added up for two registers of pixels at a time, over all images, and goes
/// straight into the weights. Gradients are sums over the batch, times `rate`.
template <class Target> struct Softmax {
  /// Returns the log likelihood before the step.
  static double step(const SoftmaxBatch &batch, const SoftmaxState &state, float rate);

  /// Its two halves, for callers with threads of their own: residuals of some images, whose log likelihood is
  /// returned; what the images add to some pixels (multiples of 16), and with the first ones to the biases.
  static double residuals(const SoftmaxBatch &batch, const SoftmaxState &state, int firstImage,
                          int lastImage);
  static void update(const SoftmaxBatch &batch, const SoftmaxState &state, float rate, int firstPixel,
                     int lastPixel);

  /// Thread `thread` of `threads` (1 or 2) for `steps` steps on the same batch: images, then pixels are
  /// divided among the threads, which meet at the barrier after each. All of them have to call.
  static void steps(const SoftmaxBatch &batch, const SoftmaxState &state, float rate, int steps, int thread,
                    int threads, SpinBarrier &barrier);
};

} // namespace genfuse::limits

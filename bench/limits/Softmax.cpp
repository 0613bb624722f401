#include "bench/limits/Softmax.h"
#include "bench/limits/Elementary.h"
#include <cmath>

namespace genfuse::limits {

namespace {

constexpr int pixels = SoftmaxBatch::pixels, classes = SoftmaxBatch::classes;
constexpr int width = 16;                            ///< floats from one image's residuals to the next one's
constexpr int parts = (classes + lanes - 1) / lanes; ///< registers for a number a class
constexpr int together = registers / 16; ///< images, or registers of pixels, at a time: 2 of AVX-512
static_assert(pixels % lanes == 0 && width % lanes == 0);

/// A number a class, the rest of the lanes unused.
struct Scores {
  Floats part[parts];
};

GENFUSE_LIMITS_INLINE Scores scoresOf(const Floats (&products)[classes]) {
  Scores scores;
#pragma unroll
  for (int part = 0; part < parts; ++part) {
    Floats rows[lanes] = {};
#pragma unroll
    for (int i = 0; i < lanes; ++i)
      if (part * lanes + i < classes)
        rows[i] = products[part * lanes + i];
    scores.part[part] = sumRows(rows);
  }
  return scores;
}

/// Writes (1 for the label, 0 for others) - softmax(scores); returns log softmax of the label.
GENFUSE_LIMITS_INLINE double residuals(Scores scores, int64_t label, float *out) {
  Floats largest = Floats(-INFINITY), total = 0;
  Scores powers;
  alignas(64) float plain[parts * lanes];
#pragma unroll
  for (int part = 0; part < parts; ++part) {
    store(plain + part * lanes, scores.part[part]);
    largest = max(largest, firstLanes(scores.part[part], classes - part * lanes, Floats(-INFINITY)));
  }
  const float top = maximum(largest);
#pragma unroll
  for (int part = 0; part < parts; ++part) {
    powers.part[part] = firstLanes(exp(scores.part[part] - top), classes - part * lanes);
    total += powers.part[part];
  }
  const float sumOfPowers = sum(total);
#pragma unroll
  for (int part = 0; part < parts; ++part)
    store(out + part * lanes, powers.part[part] * (-1.0f / sumOfPowers));
  out[label] += 1.0f;
  return plain[label] - top - std::log(sumOfPowers);
}

/// Residuals of the images first .. last - 1; the sum of their log likelihoods.
GENFUSE_LIMITS_INLINE double forward(const SoftmaxBatch &batch, const SoftmaxState &state, int first,
                                     int last) {
  Scores biases;
#pragma unroll
  for (int part = 0; part < parts; ++part)
    biases.part[part] = loadFirst(state.biases + part * lanes, classes - part * lanes);
  double total = 0;
  for (int image = first; image < last; image += together) {
    Floats products[together][classes] = {};
    const float *x = batch.images + image * pixels;
    for (int pixel = 0; pixel < pixels; pixel += lanes) {
      Floats some[together];
#pragma unroll
      for (int i = 0; i < together; ++i)
        some[i] = load(x + i * pixels + pixel);
#pragma unroll
      for (int c = 0; c < classes; ++c) {
        const Floats w = load(state.weights + c * pixels + pixel);
#pragma unroll
        for (int i = 0; i < together; ++i)
          products[i][c] = fma(w, some[i], products[i][c]);
      }
    }
#pragma unroll
    for (int i = 0; i < together; ++i) {
      Scores scores = scoresOf(products[i]);
#pragma unroll
      for (int part = 0; part < parts; ++part)
        scores.part[part] += biases.part[part];
      total += residuals(scores, batch.labels[image + i], state.residuals + (image + i) * width);
    }
  }
  return total;
}

/// weights += rate * gradient for `count` registers of pixels from `pixel` on.
template <int count>
GENFUSE_LIMITS_INLINE void updatePixels(const SoftmaxBatch &batch, const SoftmaxState &state, float rate,
                                        int pixel) {
  Floats gradient[classes][count] = {};
  for (int image = 0; image < batch.size; ++image) {
    Floats x[count];
#pragma unroll
    for (int i = 0; i < count; ++i)
      x[i] = load(batch.images + image * pixels + pixel + i * lanes);
#pragma unroll
    for (int c = 0; c < classes; ++c) {
      const Floats residual = state.residuals[image * width + c];
#pragma unroll
      for (int i = 0; i < count; ++i)
        gradient[c][i] = fma(residual, x[i], gradient[c][i]);
    }
  }
#pragma unroll
  for (int c = 0; c < classes; ++c)
#pragma unroll
    for (int i = 0; i < count; ++i) {
      float *w = state.weights + c * pixels + pixel + i * lanes;
      store(w, fma(Floats(rate), gradient[c][i], load(w)));
    }
}

GENFUSE_LIMITS_INLINE void updateWeights(const SoftmaxBatch &batch, const SoftmaxState &state, float rate,
                                         int first, int last) {
  int pixel = first;
  for (; pixel + together * lanes <= last; pixel += together * lanes)
    updatePixels<together>(batch, state, rate, pixel);
  for (; pixel < last; pixel += lanes)
    updatePixels<1>(batch, state, rate, pixel);
}

GENFUSE_LIMITS_INLINE void updateBiases(const SoftmaxBatch &batch, const SoftmaxState &state, float rate) {
#pragma unroll
  for (int part = 0; part < parts; ++part) {
    Floats total = 0;
    for (int image = 0; image < batch.size; ++image)
      total += load(state.residuals + image * width + part * lanes);
    float *b = state.biases + part * lanes;
    const int count = classes - part * lanes;
    storeFirst(b, fma(Floats(rate), total, loadFirst(b, count)), count);
  }
}

} // namespace

template <class Target>
double Softmax<Target>::residuals(const SoftmaxBatch &batch, const SoftmaxState &state, int firstImage,
                                  int lastImage) {
  return forward(batch, state, firstImage, lastImage);
}

template <class Target>
void Softmax<Target>::update(const SoftmaxBatch &batch, const SoftmaxState &state, float rate, int firstPixel,
                             int lastPixel) {
  updateWeights(batch, state, rate, firstPixel, lastPixel);
  if (firstPixel == 0)
    updateBiases(batch, state, rate);
}

template <class Target>
double Softmax<Target>::step(const SoftmaxBatch &batch, const SoftmaxState &state, float rate) {
  const double value = residuals(batch, state, 0, batch.size);
  update(batch, state, rate, 0, pixels);
  return value;
}

template <class Target>
void Softmax<Target>::steps(const SoftmaxBatch &batch, const SoftmaxState &state, float rate, int steps,
                            int thread, int threads, SpinBarrier &barrier) {
  const int images = batch.size / threads / 2 * 2, share = (pixels / lanes + threads - 1) / threads * lanes;
  const bool isLast = thread == threads - 1;
  int round = 0;
  for (int step = 0; step < steps; ++step) {
    residuals(batch, state, thread * images, isLast ? batch.size : (thread + 1) * images);
    barrier.wait(round);
    update(batch, state, rate, thread * share, isLast ? pixels : (thread + 1) * share);
    barrier.wait(round);
  }
}

GENFUSE_LIMITS_DEFINE(Softmax);

} // namespace genfuse::limits

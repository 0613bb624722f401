// The log density of the polynomial regression and its gradient, in three forms: points in lanes, points
// broadcast to lanes of chains, and from moments.
#pragma once

#include "bench/limits/Lanes.h"
#include "bench/limits/Regression.h"

namespace genfuse::limits {
namespace { // each target has its own

/// K registers of a, b, c, or of their momenta or gradients.
template <int N, int K> struct Three { Vec<float, N> a[K], b[K], c[K]; };

constexpr float logNormaliser = -0.918938533f * (Regression::points + 3) + 2.995732274f * Regression::points;

template <class V> GENFUSE_LIMITS_INLINE V squaredLength(V a, V b, V c) {
  return fma(a, a, fma(b, b, c * c));
}

/// d/dq of the prior and of the likelihood, whose part is precision * `residuals`.
template <class V> GENFUSE_LIMITS_INLINE V derivative(V residuals, V q) {
  return fma(residuals, V(Regression::precision), -q);
}
template <class V> GENFUSE_LIMITS_INLINE V logDensity(V squares, V a, V b, V c) {
  V likelihood = fma(squares, V(-0.5f * Regression::precision), V(logNormaliser));
  return fma(squaredLength(a, b, c), V(-0.5f), likelihood);
}

/// One chain, whose a, b, c are in every lane, and the points in lanes; with 32 registers they stay there.
/// Eight lanes even where there are sixteen: what takes the time is the latency of the sums over lanes.
class PointsInLanes {
public:
  static constexpr int width = 8;
  using V = Vec<float, width>;

  explicit PointsInLanes(const Regression &data) {
    for (int i = 0; i < parts; ++i) {
      x[i] = load<width>(data.x + i * width);
      square[i] = load<width>(data.square + i * width);
      y[i] = load<width>(data.y + i * width);
    }
  }

  template <bool withValue>
  __attribute__((always_inline)) void operator()(const Three<width, 1> &q, Three<width, 1> &gradient,
                                                 V *value) const {
    V e[parts], ex[parts], exx[parts], ee[parts];
#pragma unroll
    for (int i = 0; i < parts; ++i) {
      e[i] = (y[i] - q.a[0]) - fma(q.c[0], square[i], q.b[0] * x[i]);
      if (i == parts - 1)
        e[i] = firstLanes(e[i], Regression::points - i * width);
      pairUp(i, e, x, ex);
      pairUp(i, e, square, exx);
      if (withValue)
        pairUp(i, e, e, ee);
    }
    gradient.a[0] = derivative(sumEverywhere(tree<parts>(e)), q.a[0]);
    gradient.b[0] = derivative(sumEverywhere(tree<(parts + 1) / 2>(ex)), q.b[0]);
    gradient.c[0] = derivative(sumEverywhere(tree<(parts + 1) / 2>(exx)), q.c[0]);
    if (withValue)
      *value = logDensity(sumEverywhere(tree<(parts + 1) / 2>(ee)), q.a[0], q.b[0], q.c[0]);
  }

private:
  static constexpr int parts = (Regression::points + width - 1) / width;

  /// Every second product joins the one before it.
  static __attribute__((always_inline)) void pairUp(int i, const V *left, const V *right, V *sums) {
    sums[i / 2] = i % 2 ? fma(left[i], right[i], sums[i / 2]) : left[i] * right[i];
  }
  template <int count> static __attribute__((always_inline)) V tree(const V *x) {
    if constexpr (count == 1)
      return x[0];
    else
      return tree<count / 2>(x) + tree<count - count / 2>(x + count / 2);
  }

  V x[parts], square[parts], y[parts];
};

/// Chains in lanes: K registers of them, and each point broadcast once for all.
template <int K> class ChainsInLanes {
public:
  explicit ChainsInLanes(const Regression &data) : data(data) {}

  template <bool withValue>
  __attribute__((always_inline)) void operator()(const Three<lanes, K> &q, Three<lanes, K> &gradient,
                                                 Floats *value) const {
    Floats e[K] = {}, ex[K] = {}, exx[K] = {}, ee[K] = {};
#pragma unroll 1
    for (int i = 0; i < Regression::points; ++i) {
      const Floats x = data.x[i], square = data.square[i], y = data.y[i];
#pragma unroll
      for (int k = 0; k < K; ++k) {
        const Floats t = y - fma(q.c[k], square, fma(q.b[k], x, q.a[k]));
        e[k] += t;
        ex[k] = fma(t, x, ex[k]);
        exx[k] = fma(t, square, exx[k]);
        if (withValue)
          ee[k] = fma(t, t, ee[k]);
      }
    }
#pragma unroll
    for (int k = 0; k < K; ++k) {
      gradient.a[k] = derivative(e[k], q.a[k]);
      gradient.b[k] = derivative(ex[k], q.b[k]);
      gradient.c[k] = derivative(exx[k], q.c[k]);
      if (withValue)
        value[k] = logDensity(ee[k], q.a[k], q.b[k], q.c[k]);
    }
  }

private:
  const Regression &data;
};

/// Either way, without the sum over points.
template <int N, int K> class FromMoments {
public:
  using V = Vec<float, N>;
  explicit FromMoments(const Regression &data) : moments(data.moments) {}

  template <bool withValue>
  __attribute__((always_inline)) void operator()(const Three<N, K> &q, Three<N, K> &gradient,
                                                 V *value) const {
    const V m0 = moments.power[0], m1 = moments.power[1], m2 = moments.power[2], m3 = moments.power[3],
            m4 = moments.power[4];
#pragma unroll
    for (int k = 0; k < K; ++k) {
      const V a = moments.leastSquares[0] - q.a[k], b = moments.leastSquares[1] - q.b[k],
              c = moments.leastSquares[2] - q.c[k];
      const V ma = fma(m0, a, fma(m1, b, m2 * c)), mb = fma(m1, a, fma(m2, b, m3 * c)),
              mc = fma(m2, a, fma(m3, b, m4 * c));
      gradient.a[k] = derivative(ma, q.a[k]);
      gradient.b[k] = derivative(mb, q.b[k]);
      gradient.c[k] = derivative(mc, q.c[k]);
      if (withValue)
        value[k] =
            logDensity(fma(a, ma, fma(b, mb, fma(c, mc, V(moments.residual)))), q.a[k], q.b[k], q.c[k]);
    }
  }

private:
  const Moments moments;
};

} // namespace
} // namespace genfuse::limits

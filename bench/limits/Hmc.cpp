#include "bench/limits/Hmc.h"
#include "bench/limits/HmcDensity.h"
#include "bench/limits/Random.h"

namespace genfuse::limits {

namespace {

/// What the random numbers of a counter (transition or chain, purpose, transition or 0) are for.
enum Purpose : uint32_t { start = 1, momentum = 2, acceptance = 3 };

GENFUSE_LIMITS_INLINE void drawThree(uint32_t first, Purpose purpose, uint32_t transition, uint64_t seed,
                                     Floats &a, Floats &b, Floats &c) {
  const Block block = philox(first, purpose, transition, 0, seed);
  const Normals ab = normals(block.word[0], block.word[1]), cd = normals(block.word[2], block.word[3]);
  a = ab.first;
  b = ab.second;
  c = cd.first;
}
GENFUSE_LIMITS_INLINE Floats drawLogUniform(uint32_t first, uint32_t transition, uint64_t seed) {
  return log(radiusUniform(philox(first, acceptance, transition, 0, seed).word[0]));
}

template <int N, int K>
GENFUSE_LIMITS_INLINE void addScaled(float scale, const Three<N, K> &from, Three<N, K> &to) {
  using V = Vec<float, N>;
#pragma unroll
  for (int k = 0; k < K; ++k) {
    to.a[k] = fma(V(scale), from.a[k], to.a[k]);
    to.b[k] = fma(V(scale), from.b[k], to.b[k]);
    to.c[k] = fma(V(scale), from.c[k], to.c[k]);
  }
}
template <int N, int K> GENFUSE_LIMITS_INLINE Vec<float, N> kinetic(const Three<N, K> &p, int k) {
  return squaredLength(p.a[k], p.b[k], p.c[k]) * 0.5f;
}

/// From position q and momentum p to the end of a trajectory; the value of the log density there. The
/// gradient at the start is computed again, as programs that keep no state besides the position do.
template <class Density, int N, int K>
GENFUSE_LIMITS_INLINE void trajectory(const Density &density, const HmcSettings &settings, Three<N, K> &q,
                                      Three<N, K> &p, Vec<float, N> *value) {
  Three<N, K> gradient;
  density.template operator()<false>(q, gradient, nullptr);
  addScaled(0.5f * settings.step, gradient, p);
  for (int l = 1; l < settings.leapfrogs; ++l) {
    addScaled(settings.step, p, q);
    density.template operator()<false>(q, gradient, nullptr);
    addScaled(settings.step, gradient, p);
  }
  addScaled(settings.step, p, q);
  density.template operator()<true>(q, gradient, value);
  addScaled(0.5f * settings.step, gradient, p);
}

/// Momenta and the logarithms of the uniforms for `lanes` transitions of one chain, made at once: counters
/// allow it.
struct Numbers {
  alignas(64) float a[lanes], b[lanes], c[lanes], logUniform[lanes];

  __attribute__((always_inline)) void make(uint32_t transition, uint64_t seed) {
    Floats pa, pb, pc;
    drawThree(transition, momentum, 0, seed, pa, pb, pc);
    store(a, pa);
    store(b, pb);
    store(c, pc);
    store(logUniform, drawLogUniform(transition, 0, seed));
  }
};

template <class Density>
GENFUSE_LIMITS_INLINE int64_t runOne(const Density &density, const HmcSettings &settings, float *draws) {
  Floats a, b, c;
  drawThree(0, start, 0, settings.seed, a, b, c);
  using V = typename Density::V;
  constexpr int N = PointsInLanes::width;
  Three<N, 1> q{{V(a[0])}, {V(b[0])}, {V(c[0])}}, gradient; // one number in every lane
  V value;
  density.template operator()<true>(q, gradient, &value);
  Numbers numbers;
  int64_t accepted = 0;
  for (int t = 0; t < settings.warmup + settings.draws; ++t) {
    const int j = t % lanes;
    if (j == 0)
      numbers.make(uint32_t(t), settings.seed);
    Three<N, 1> end = q, p{{V(numbers.a[j])}, {V(numbers.b[j])}, {V(numbers.c[j])}};
    const V before = value - kinetic(p, 0);
    V proposed;
    trajectory(density, settings, end, p, &proposed);
    const float gain = ((proposed - kinetic(p, 0)) - before)[0];
    if (numbers.logUniform[j] < gain) {
      q = end;
      value = proposed;
      accepted += t >= settings.warmup;
    }
    if (t >= settings.warmup) {
      float *out = draws + 3 * (t - settings.warmup);
      out[0] = q.a[0][0];
      out[1] = q.b[0][0];
      out[2] = q.c[0][0];
    }
  }
  return accepted;
}

/// Takes `proposed` over where the proposal was accepted; how many were.
template <int K>
GENFUSE_LIMITS_INLINE int64_t accept(uint32_t first, uint32_t transition, uint64_t seed, const Floats *gain,
                                     const Three<lanes, K> &end, const Floats *proposed, Three<lanes, K> &q,
                                     Floats *value) {
  Vec<int32_t, lanes> count = 0;
#pragma unroll
  for (int k = 0; k < K; ++k) {
    const auto taken = drawLogUniform(first + k * lanes, transition, seed) < gain[k];
    q.a[k] = taken ? end.a[k] : q.a[k];
    q.b[k] = taken ? end.b[k] : q.b[k];
    q.c[k] = taken ? end.c[k] : q.c[k];
    value[k] = taken ? proposed[k] : value[k];
    count -= taken;
  }
  return __builtin_reduce_add(count);
}

/// The chains first .. first + K * lanes - 1.
template <int K, class Density>
GENFUSE_LIMITS_INLINE int64_t runBlock(const Density &density, const HmcSettings &settings, int64_t chains,
                                       int64_t first, float *draws) {
  Three<lanes, K> q, gradient;
  Floats value[K];
  for (int k = 0; k < K; ++k)
    drawThree(uint32_t(first + k * lanes), start, 0, settings.seed, q.a[k], q.b[k], q.c[k]);
  density.template operator()<true>(q, gradient, value);
  int64_t accepted = 0;
  for (int t = 0; t < settings.warmup + settings.draws; ++t) {
    Three<lanes, K> end = q, p;
    Floats gain[K], proposed[K];
    for (int k = 0; k < K; ++k) {
      drawThree(uint32_t(first + k * lanes), momentum, uint32_t(t), settings.seed, p.a[k], p.b[k], p.c[k]);
      gain[k] = kinetic(p, k) - value[k];
    }
    trajectory(density, settings, end, p, proposed);
    for (int k = 0; k < K; ++k)
      gain[k] += proposed[k] - kinetic(p, k);
    const int64_t now = accept(uint32_t(first), uint32_t(t), settings.seed, gain, end, proposed, q, value);
    if (t < settings.warmup)
      continue;
    accepted += now;
    float *out = draws + 3 * chains * (t - settings.warmup) + first;
    for (int k = 0; k < K; ++k) {
      store(out + k * lanes, q.a[k]);
      store(out + chains + k * lanes, q.b[k]);
      store(out + 2 * chains + k * lanes, q.c[k]);
    }
  }
  return accepted;
}

template <int K> using MomentsOfChains = FromMoments<lanes, K>;

/// As many chains at a time as leave their positions and sums in registers, fewer at the end.
template <template <int> class Density>
GENFUSE_LIMITS_INLINE int64_t runMany(const Regression &data, const HmcSettings &settings, int64_t chains,
                                      int64_t first, int64_t last, float *draws) {
  constexpr int most = registers / 8;
  int64_t accepted = 0;
  for (; first + most * lanes <= last; first += most * lanes)
    accepted += runBlock<most>(Density<most>(data), settings, chains, first, draws);
  for (; first < last; first += 2 * lanes)
    accepted += runBlock<2>(Density<2>(data), settings, chains, first, draws);
  return accepted;
}

template <int N, int K, class Density>
ValueAndGradient evaluate(const Density &density, const float (&position)[3]) {
  Three<N, K> q, gradient;
  Vec<float, N> value[K];
  for (int k = 0; k < K; ++k) {
    q.a[k] = position[0];
    q.b[k] = position[1];
    q.c[k] = position[2];
  }
  density.template operator()<true>(q, gradient, value);
  return {value[K - 1][N - 1],
          {gradient.a[K - 1][N - 1], gradient.b[K - 1][N - 1], gradient.c[K - 1][N - 1]}};
}

} // namespace

template <class Target>
int64_t Hmc<Target>::oneChain(const Regression &data, const HmcSettings &settings, float *draws) {
  return runOne(PointsInLanes(data), settings, draws);
}
template <class Target>
int64_t Hmc<Target>::oneChainOnMoments(const Regression &data, const HmcSettings &settings, float *draws) {
  return runOne(FromMoments<PointsInLanes::width, 1>(data), settings, draws);
}
template <class Target>
int64_t Hmc<Target>::manyChains(const Regression &data, const HmcSettings &settings, int64_t chains,
                                int64_t first, int64_t last, float *draws) {
  return runMany<ChainsInLanes>(data, settings, chains, first, last, draws);
}
template <class Target>
int64_t Hmc<Target>::manyChainsOnMoments(const Regression &data, const HmcSettings &settings, int64_t chains,
                                         int64_t first, int64_t last, float *draws) {
  return runMany<MomentsOfChains>(data, settings, chains, first, last, draws);
}
template <class Target>
ValueAndGradient Hmc<Target>::oneGradient(const Regression &data, const float (&position)[3]) {
  return evaluate<PointsInLanes::width, 1>(PointsInLanes(data), position);
}
template <class Target>
ValueAndGradient Hmc<Target>::manyGradient(const Regression &data, const float (&position)[3]) {
  return evaluate<lanes, 4>(ChainsInLanes<4>(data), position);
}

GENFUSE_LIMITS_DEFINE(Hmc);

} // namespace genfuse::limits

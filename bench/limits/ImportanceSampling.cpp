#include "bench/limits/ImportanceSampling.h"
#include "bench/limits/Random.h"

namespace genfuse::limits {

namespace {

constexpr int groups = 2;            ///< registers of particles at a time, to hide latencies
constexpr int tile = groups * lanes; ///< particles at a time
constexpr float halfLog2Pi = 0.918938533f;
constexpr float logNormaliser = Regression::points * (2.995732274f - halfLog2Pi); ///< -log(0.05) = 2.9957...

struct Prior {
  Floats a, b, c;
};

GENFUSE_LIMITS_INLINE Prior drawPrior(uint64_t seed, int64_t first) {
  const Block block = philox(uint32_t(first), 0, 0, /*normals*/ 1, seed);
  const Normals ab = normals(block.word[0], block.word[1]), c = normals(block.word[2], block.word[3]);
  return {ab.first, ab.second, c.first};
}

/// log p(y | a, b, c) of all groups: even and odd points in sums of their own.
GENFUSE_LIMITS_INLINE void weighByPoints(const Regression &data, const Prior *p, Floats *logWeight) {
  Floats even[groups] = {}, odd[groups] = {};
  auto add = [&](int point, Floats *sums) __attribute__((always_inline)) {
    const Floats x = data.x[point], square = data.square[point], y = data.y[point];
    for (int g = 0; g < groups; ++g) {
      const Floats e = fma(p[g].c, square, fma(p[g].b, x, p[g].a - y));
      sums[g] = fma(e, e, sums[g]);
    }
  };
#pragma unroll 5
  for (int point = 0; point < Regression::points; point += 2) {
    add(point, even);
    add(point + 1, odd);
  }
  for (int g = 0; g < groups; ++g)
    logWeight[g] = fma(even[g] + odd[g], Floats(-0.5f * Regression::precision), Floats(logNormaliser));
}

GENFUSE_LIMITS_INLINE void weighByMoments(const Moments &data, const Prior *p, Floats *logWeight) {
  const float *m = data.power;
  for (int g = 0; g < groups; ++g) {
    const Floats a = p[g].a - data.leastSquares[0], b = p[g].b - data.leastSquares[1],
                 c = p[g].c - data.leastSquares[2];
    const Floats ma = fma(a, Floats(m[0]), fma(b, Floats(m[1]), c * m[2])),
                 mb = fma(a, Floats(m[1]), fma(b, Floats(m[2]), c * m[3])),
                 mc = fma(a, Floats(m[2]), fma(b, Floats(m[3]), c * m[4]));
    const Floats squares = fma(a, ma, fma(b, mb, fma(c, mc, Floats(data.residual))));
    logWeight[g] = fma(squares, Floats(-0.5f * Regression::precision), Floats(logNormaliser));
  }
}

/// The particles first .. first + tile - 1, of which `count` are stored.
template <class Weigh>
GENFUSE_LIMITS_INLINE void particles(uint64_t seed, int64_t first, int64_t count, const Particles &out,
                                     const Weigh &weigh) {
  Prior p[groups];
  Floats logWeight[groups];
  for (int g = 0; g < groups; ++g)
    p[g] = drawPrior(seed, first + g * lanes);
  const bool weighs = weigh(p, logWeight);
  for (int g = 0; g < groups; ++g) {
    const int64_t at = first + g * lanes, left = count - g * lanes;
    auto put = [&](float *to, Floats x) __attribute__((always_inline)) {
      left >= lanes ? store(to + at, x) : storeFirst(to + at, x, left < 0 ? 0 : int(left));
    };
    put(out.a, p[g].a);
    put(out.b, p[g].b);
    put(out.c, p[g].c);
    if (weighs)
      put(out.logWeight, logWeight[g]);
  }
}

template <class Weigh>
GENFUSE_LIMITS_INLINE void allParticles(uint64_t seed, int64_t first, int64_t last, const Particles &out,
                                        const Weigh &weigh) {
  int64_t i = first;
  for (; i + tile <= last; i += tile)
    particles(seed, i, tile, out, weigh);
  if (i < last)
    particles(seed, i, last - i, out, weigh);
}

} // namespace

template <class Target>
void ImportanceSampling<Target>::run(const Regression &data, uint64_t seed, int64_t first, int64_t last,
                                     const Particles &out) {
  allParticles(
      seed, first, last, out, [&](const Prior *p, Floats *w) __attribute__((always_inline)) {
        weighByPoints(data, p, w);
        return true;
      });
}

template <class Target>
void ImportanceSampling<Target>::draw(uint64_t seed, int64_t first, int64_t last, const Particles &out) {
  allParticles(
      seed, first, last, out, [&](const Prior *, Floats *) __attribute__((always_inline)) { return false; });
}

template <class Target>
void ImportanceSampling<Target>::runOnMoments(const Regression &data, uint64_t seed, int64_t first,
                                              int64_t last, const Particles &out) {
  allParticles(
      seed, first, last, out, [&](const Prior *p, Floats *w) __attribute__((always_inline)) {
        weighByMoments(data.moments, p, w);
        return true;
      });
}

GENFUSE_LIMITS_DEFINE(ImportanceSampling);

} // namespace genfuse::limits

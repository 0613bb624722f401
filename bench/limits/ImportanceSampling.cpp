#include "bench/limits/ImportanceSampling.h"
#include "bench/limits/Random.h"

namespace genfuse::limits {

namespace {

constexpr int tile = 64;                ///< particles that share 16 counters
constexpr int groups = tile / lanes;    ///< registers of them
constexpr int together = registers / 8; ///< registers that are weighed at a time
constexpr float halfLog2Pi = 0.918938533f;
constexpr float logNormaliser = Regression::points * (2.995732274f - halfLog2Pi); ///< -log(0.05) = 2.9957...

enum Slot : uint32_t { slotA, slotB, slotC };
struct Prior {
  Floats a[groups], b[groups], c[groups];
};

/// Standard normals for the particles first .. first + 63.
GENFUSE_LIMITS_INLINE void drawSlot(uint64_t seed, int64_t first, Slot slot, Floats (&out)[groups]) {
#pragma unroll
  for (int part = 0; part < 16 / lanes; ++part) { // registers of counters
    const Block block = philox(uint32_t(first / 4) + part * lanes, 0, slot, /*normals*/ 1, seed);
    const Normals even = normals(block.word[0], block.word[1]), odd = normals(block.word[2], block.word[3]);
    const Floats z[4] = {even.first, even.second, odd.first, odd.second};
#pragma unroll
    for (int word = 0; word < 4; ++word)
      out[word * (16 / lanes) + part] = z[word];
  }
}

/// log p(y | a, b, c) of `together` registers from `g` on: even and odd points in sums of their own.
GENFUSE_LIMITS_INLINE void weighByPoints(const Regression &data, const Prior &p, int g, Floats *logWeight) {
  Floats even[together] = {}, odd[together] = {};
  auto add = [&](int point, Floats *sums) __attribute__((always_inline)) {
    const Floats x = data.x[point], square = data.square[point], y = data.y[point];
#pragma unroll
    for (int i = 0; i < together; ++i) {
      const Floats e = fma(p.c[g + i], square, fma(p.b[g + i], x, p.a[g + i] - y));
      sums[i] = fma(e, e, sums[i]);
    }
  };
#pragma unroll 5
  for (int point = 0; point < Regression::points; point += 2) {
    add(point, even);
    add(point + 1, odd);
  }
#pragma unroll
  for (int i = 0; i < together; ++i)
    logWeight[i] = fma(even[i] + odd[i], Floats(-0.5f * Regression::precision), Floats(logNormaliser));
}

GENFUSE_LIMITS_INLINE void weighByMoments(const Moments &data, const Prior &p, int g, Floats *logWeight) {
  const float *m = data.power;
#pragma unroll
  for (int i = 0; i < together; ++i) {
    const Floats a = p.a[g + i] - data.leastSquares[0], b = p.b[g + i] - data.leastSquares[1],
                 c = p.c[g + i] - data.leastSquares[2];
    const Floats ma = fma(a, Floats(m[0]), fma(b, Floats(m[1]), c * m[2])),
                 mb = fma(a, Floats(m[1]), fma(b, Floats(m[2]), c * m[3])),
                 mc = fma(a, Floats(m[2]), fma(b, Floats(m[3]), c * m[4]));
    const Floats squares = fma(a, ma, fma(b, mb, fma(c, mc, Floats(data.residual))));
    logWeight[i] = fma(squares, Floats(-0.5f * Regression::precision), Floats(logNormaliser));
  }
}

/// The first `count` lanes, which may be more than there are.
GENFUSE_LIMITS_INLINE void putRegister(Floats x, float *to, int64_t count) {
  count >= lanes ? store(to, x) : storeFirst(to, x, count < 0 ? 0 : int(count));
}

/// The first `count` of a tile's particles.
GENFUSE_LIMITS_INLINE void put(const Floats (&x)[groups], float *to, int64_t count) {
#pragma unroll
  for (int g = 0; g < groups; ++g)
    putRegister(x[g], to + g * lanes, count - g * lanes);
}

/// The particles of the tile that begins at `first`, of which `count` are stored. `finish` weighs and stores
/// what it wants, `together` registers at a time.
template <class Finish>
GENFUSE_LIMITS_INLINE void particles(uint64_t seed, int64_t first, int64_t count, const Particles &out,
                                     const Finish &finish) {
  Prior p;
  drawSlot(seed, first, slotA, p.a);
  put(p.a, out.a + first, count);
  drawSlot(seed, first, slotB, p.b);
  put(p.b, out.b + first, count);
  drawSlot(seed, first, slotC, p.c);
  put(p.c, out.c + first, count);
#pragma unroll
  for (int g = 0; g < groups; g += together)
    finish(p, g, first + g * lanes, count - g * lanes);
}

template <class Finish>
GENFUSE_LIMITS_INLINE void allParticles(uint64_t seed, int64_t first, int64_t last, const Particles &out,
                                        const Finish &finish) {
  int64_t i = first;
  for (; i + tile <= last; i += tile)
    particles(seed, i, tile, out, finish);
  if (i < last)
    particles(seed, i, last - i, out, finish);
}

GENFUSE_LIMITS_INLINE void putWeights(const Floats (&logWeight)[together], float *to, int64_t count) {
#pragma unroll
  for (int i = 0; i < together; ++i)
    putRegister(logWeight[i], to + i * lanes, count - i * lanes);
}

/// log p(a, b, c) of register g.
GENFUSE_LIMITS_INLINE Floats logPrior(const Prior &p, int g) {
  const Floats squares = fma(p.a[g], p.a[g], fma(p.b[g], p.b[g], p.c[g] * p.c[g]));
  return fma(squares, Floats(-0.5f), Floats(-3 * halfLog2Pi));
}

} // namespace

template <class Target>
void ImportanceSampling<Target>::run(const Regression &data, uint64_t seed, int64_t first, int64_t last,
                                     const Particles &out) {
  allParticles(
      seed, first, last,
      out, [&](const Prior &p, int g, int64_t at, int64_t count) __attribute__((always_inline)) {
        Floats logWeight[together];
        weighByPoints(data, p, g, logWeight);
        putWeights(logWeight, out.logWeight + at, count);
      });
}

template <class Target>
void ImportanceSampling<Target>::runWithScores(const Regression &data, uint64_t seed, int64_t first,
                                               int64_t last, const Particles &out, const Scores &scores) {
  allParticles(
      seed, first, last,
      out, [&](const Prior &p, int g, int64_t at, int64_t count) __attribute__((always_inline)) {
        Floats logWeight[together];
        weighByPoints(data, p, g, logWeight);
#pragma unroll
        for (int i = 0; i < together; ++i) {
          storeFirst(scores.weight + at + i * lanes, logWeight[i], count - i * lanes);
          storeFirst(scores.score + at + i * lanes, logWeight[i] + logPrior(p, g + i), count - i * lanes);
        }
      });
}

template <class Target>
void ImportanceSampling<Target>::draw(uint64_t seed, int64_t first, int64_t last, const Particles &out) {
  allParticles(seed, first, last, out,
               [](const Prior &, int, int64_t, int64_t) __attribute__((always_inline)){});
}

template <class Target>
void ImportanceSampling<Target>::runOnMoments(const Regression &data, uint64_t seed, int64_t first,
                                              int64_t last, const Particles &out) {
  allParticles(
      seed, first, last,
      out, [&](const Prior &p, int g, int64_t at, int64_t count) __attribute__((always_inline)) {
        Floats logWeight[together];
        weighByMoments(data.moments, p, g, logWeight);
        putWeights(logWeight, out.logWeight + at, count);
      });
}

GENFUSE_LIMITS_DEFINE(ImportanceSampling);

} // namespace genfuse::limits

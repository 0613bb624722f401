#include "bench/limits/ParticleFilter.h"
#include "bench/limits/Random.h"
#include <cmath>
#include <utility>

namespace genfuse::limits {

namespace {

constexpr int block = 64; ///< particles at a time: four normals of each of 16 counters
constexpr float lowest = -1e30f;
constexpr float halfPrecision = 0.5f / (StateSpace::observationSigma * StateSpace::observationSigma);
constexpr double halfLog2Pi = 0.91893853320467274;

/// Inclusive prefix sums over the lanes.
template <int N> GENFUSE_LIMITS_INLINE Vec<float, N> prefixSums(Vec<float, N> x) {
  const Vec<float, N> z = 0;
  if constexpr (N == 8) {
    x += __builtin_shufflevector(x, z, 8, 0, 1, 2, 3, 4, 5, 6);
    x += __builtin_shufflevector(x, z, 8, 8, 0, 1, 2, 3, 4, 5);
    return x + __builtin_shufflevector(x, z, 8, 8, 8, 8, 0, 1, 2, 3);
  } else {
    x += __builtin_shufflevector(x, z, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    x += __builtin_shufflevector(x, z, 16, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
    x += __builtin_shufflevector(x, z, 16, 16, 16, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    return x + __builtin_shufflevector(x, z, 16, 16, 16, 16, 16, 16, 16, 16, 0, 1, 2, 3, 4, 5, 6, 7);
  }
}

/// `lanes` particles after z.
GENFUSE_LIMITS_INLINE Floats move(const float *previous, Floats z) {
  return fma(load(previous), Floats(StateSpace::transition), z * StateSpace::transitionSigma);
}
/// Without its constant.
GENFUSE_LIMITS_INLINE Floats weigh(Floats x, float y) {
  const Floats e = y - x;
  return e * e * -halfPrecision;
}

/// Calls body(at, z) with standard normals for the `lanes` particles from `at` on, for all of first .. last
/// - 1.
template <class Body>
GENFUSE_LIMITS_INLINE void forNormals(int step, uint64_t seed, int64_t first, int64_t last,
                                      const Body &body) {
  for (int64_t i = first; i < last; i += block) {
#pragma unroll
    for (int part = 0; part < 16 / lanes; ++part) { // registers of counters
      const Block bits = philox(uint32_t(i / 4) + part * lanes, uint32_t(step), 0, /*normals*/ 1, seed);
      const Normals a = normals(bits.word[0], bits.word[1]), b = normals(bits.word[2], bits.word[3]);
      const Floats z[4] = {a.first, a.second, b.first, b.second};
#pragma unroll
      for (int word = 0; word < 4; ++word)
        body(i + word * 16 + part * lanes, z[word]);
    }
  }
}

/// exp(weights - largest) becomes its prefix sum; the total, and the sum of weight times particle if asked
/// for.
GENFUSE_LIMITS_INLINE float accumulate(const float *particles, float *weights, int64_t first, int64_t last,
                                       float largest, double *weighted) {
  constexpr int registersOfBlock = block / lanes;
  Floats carry = 0, products = 0;
  for (int64_t i = first; i < last; i += block) {
    Floats sums[registersOfBlock];
#pragma unroll
    for (int j = 0; j < registersOfBlock; ++j) {
      const Floats w = exp(load(weights + i + j * lanes) - largest);
      if (weighted)
        products = fma(w, load(particles + i + j * lanes), products);
      sums[j] = prefixSums(w);
    }
#pragma unroll
    for (int j = 0; j < registersOfBlock; ++j) {
      store(weights + i + j * lanes, sums[j] + carry);
      carry += Floats(sums[j][lanes - 1]);
    }
  }
  if (weighted)
    *weighted = sum(products);
  return carry[0];
}

/// Copy k of the resampled particles is the first one whose prefix sum reaches (k + u) total / count:
/// particle i ends before k = ceil(prefix_i scale + offset).
struct Resampler {
  float scale, offset;
  int begin, end; ///< the copies that this thread writes
  const float *particles, *prefix;
  float *out;

  int endOf(float prefixSum) const {
    const int at = int(std::ceil(__builtin_fmaf(prefixSum, scale, offset)));
    return at < begin ? begin : at > end ? end : at;
  }
  __attribute__((always_inline)) void endsOf(int64_t first, int *ends) const {
#pragma unroll
    for (int j = 0; j < block; j += lanes) {
      Floats x = fma(load(prefix + first + j), Floats(scale), Floats(offset));
      Vec<int32_t, lanes> at = __builtin_convertvector(__builtin_elementwise_ceil(x), Vec<int32_t, lanes>);
      at = __builtin_elementwise_min(__builtin_elementwise_max(at, Vec<int32_t, lanes>(begin)),
                                     Vec<int32_t, lanes>(end));
      __builtin_memcpy(ends + j, &at, sizeof at);
    }
  }

  /// The particles first .. last - 1; the last of them ends at `end`.
  void run(int64_t first, int64_t last) const {
    int position = begin;
    alignas(64) int ends[block];
    for (int64_t i = first; i < last; i += block) {
      endsOf(i, ends);
      if (i + block >= last)
        ends[last - 1 - i] = end;
      const int64_t count = last - i < block ? last - i : block;
      if (count == block && ends[block - 1] + lanes <= end)
        writeWide(particles + i, ends, position);
      else
        for (int64_t j = 0; j < count; ++j)
          for (; position < ends[j]; ++position)
            out[position] = particles[i + j];
    }
  }

  /// A register of copies of each particle; what is too many, the next one overwrites.
  __attribute__((always_inline)) void writeWide(const float *from, const int *ends, int &position) const {
#pragma unroll 8
    for (int j = 0; j < block; ++j) {
      const Floats copies = from[j];
      store(out + position, copies);
      for (int more = position + lanes; __builtin_expect(more < ends[j], 0); more += lanes)
        store(out + more, copies);
      position = ends[j];
    }
  }
};

/// In [0, 1), the same for all threads.
float offsetOf(uint64_t seed, int step) {
  const uint32_t bits = 2654435761u * uint32_t(seed * 100 + uint64_t(step));
  return float(bits >> 8) * 0x1p-24f;
}

} // namespace

template <class Target>
float ParticleFilter<Target>::drawAndWeigh(const float *previous, float y, int step, uint64_t seed,
                                           int64_t first, int64_t last, float *out, float *logWeights) {
  Floats largest = lowest;
  forNormals(
      step, seed, first, last, [&](int64_t at, Floats z) __attribute__((always_inline)) {
        const Floats x = previous ? move(previous + at, z) : z, logWeight = weigh(x, y);
        store(out + at, x);
        store(logWeights + at, logWeight);
        largest = max(largest, logWeight);
      });
  return maximum(largest);
}

template <class Target>
void ParticleFilter<Target>::drawAndScore(const float *previous, float y, int step, uint64_t seed,
                                          int64_t first, int64_t last, float *out, double *weights,
                                          double *scores) {
  constexpr float constantOfY = -0.562263589f; // -log(0.7) - log(sqrt(2 pi))
  constexpr float constantOfX = -0.225791353f; // -log(0.5) - log(sqrt(2 pi))
  forNormals(
      step, seed, first, last, [&](int64_t at, Floats z) __attribute__((always_inline)) {
        const Floats x = move(previous + at, z), logWeight = weigh(x, y) + constantOfY;
        store(out + at, x);
        storeFirst(weights + at, logWeight, lanes);
        storeFirst(scores + at, logWeight + fma(z * z, Floats(-0.5f), Floats(constantOfX)), lanes);
      });
}

template <class Target>
FilterResult ParticleFilter<Target>::run(const float *y, int steps, int64_t count, uint64_t seed, int thread,
                                         FilterExchange &exchange, FilterMemory memory) {
  const int threads = exchange.threads, other = threads - 1;
  const int64_t padded = (count + 127) / 128 * 128, share = padded / threads / block * block;
  const int64_t first = thread * share, last = thread == other ? padded : first + share;
  const int64_t mine = last < count ? last : count; // without the padding
  FilterResult result;
  int round = 0;
  for (int step = 0; step < steps; ++step) {
    float largest = drawAndWeigh(step ? memory.particles : nullptr, y[step], step, seed, first, last,
                                 memory.particles, memory.weights);
    for (int64_t i = mine; i < last; ++i)
      memory.weights[i] = lowest;
    exchange.largest[thread] = largest;
    exchange.barrier.wait(round);
    largest = exchange.largest[0] > exchange.largest[other] ? exchange.largest[0] : exchange.largest[other];

    const bool isLast = step + 1 == steps;
    exchange.total[thread] = accumulate(memory.particles, memory.weights, first, last, largest,
                                        isLast ? &exchange.weighted[thread] : nullptr);
    exchange.barrier.wait(round);
    const double before = thread ? exchange.total[0] : 0;
    const double total = exchange.total[0] + (threads == 2 ? exchange.total[1] : 0);
    result.logEvidence += std::log(total / double(count)) + largest - halfLog2Pi -
                          std::log(double(StateSpace::observationSigma));
    if (isLast) {
      result.lastMean = (exchange.weighted[0] + (threads == 2 ? exchange.weighted[1] : 0)) / total;
      break;
    }
    const double scale = double(count) / total;
    Resampler resampler{float(scale),
                        float(before * scale) - offsetOf(seed, step),
                        0,
                        int(count),
                        memory.particles,
                        memory.weights,
                        memory.next};
    if (threads == 2) {
      const Resampler boundary{
          float(scale), float(exchange.total[0] * scale) - offsetOf(seed, step), 0, int(count), {}, {}, {}};
      (thread ? resampler.begin : resampler.end) = boundary.endOf(0);
    }
    resampler.run(first, mine);
    std::swap(memory.particles, memory.next);
    exchange.barrier.wait(round);
  }
  return result;
}

GENFUSE_LIMITS_DEFINE(ParticleFilter);

} // namespace genfuse::limits

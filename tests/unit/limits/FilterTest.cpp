// W7: particles move and are weighed as the model says; the filter estimates what Kalman's gives exactly.
#include "bench/limits/ParticleFilter.h"
#include "bench/speed/Reference.h"
#include "runtime/device/random.h"
#include "tests/unit/limits/Targets.h"
#include <algorithm>
#include <cmath>
#include <numbers>
#include <thread>

namespace genfuse {
namespace {

using limits::FilterResult;
using limits::ParticleFilter;

template <class Target> class FilterTest : public testing::Test {
protected:
  const bench::FloatVector y = bench::stateSpaceData();

  FilterResult run(int64_t count, uint64_t seed, int threads) {
    const auto size = static_cast<size_t>(count) + 128;
    bench::FloatVector particles(size), next(size), weights(size);
    limits::FilterExchange exchange(threads);
    auto part = [&](int thread) {
      return ParticleFilter<Target>::run(y.data(), static_cast<int>(y.size()), count, seed, thread, exchange,
                                         {particles.data(), next.data(), weights.data()});
    };
    if (threads == 1)
      return part(0);
    std::thread other(part, 1);
    const FilterResult result = part(0);
    other.join();
    return result;
  }
};
TYPED_TEST_SUITE(FilterTest, Targets, TargetNames);

TYPED_TEST(FilterTest, ParticlesMoveAndAreWeighed) {
  constexpr size_t count = 1 << 16;
  bench::FloatVector previous(count), x(count), w(count);
  for (size_t i = 0; i < count; ++i)
    previous[i] = static_cast<float>(i % 17) - 8;
  const float largest =
      ParticleFilter<TypeParam>::drawAndWeigh(previous.data(), 0.3f, 1, 9, 0, count, x.data(), w.data());
  EXPECT_EQ(largest, *std::max_element(w.begin(), w.end()));
  double sum = 0, squares = 0, neighbours = 0, last = 0;
  for (unsigned i = 0; i < count; ++i) {
    const float drawn = device::random_normal_f32(i / 64 * 16 + i % 16, 1u, 0u, 1u, 9u, 0u, i / 16 % 4);
    EXPECT_NEAR(x[i], 0.9f * previous[i] + 0.5f * drawn, roundings(8, 10)) << i;
    const double e = 0.3f - x[i];
    EXPECT_NEAR(w[i], -e * e / 0.98, roundings(4, e * e / 0.98)) << i;
    const double z = (x[i] - 0.9 * previous[i]) / 0.5;
    sum += z;
    squares += z * z;
    neighbours += z * last;
    last = z;
  }
  // Means of 65,536 draws, within 5 standard errors.
  EXPECT_NEAR(sum / count, 0, 5.0 / 256);
  EXPECT_NEAR(squares / count, 1, 5 * 1.42 / 256);
  EXPECT_NEAR(neighbours / count, 0, 5.0 / 256);
}

TYPED_TEST(FilterTest, ScoresAreNormalised) {
  constexpr size_t count = 1024;
  bench::FloatVector previous(count, 0.5f), x(count), again(count), w(count);
  std::vector<double> weights(count), scores(count);
  ParticleFilter<TypeParam>::drawAndWeigh(previous.data(), 0.3f, 1, 9, 0, count, x.data(), w.data());
  ParticleFilter<TypeParam>::drawAndScore(previous.data(), 0.3f, 1, 9, 0, count, again.data(), weights.data(),
                                          scores.data());
  EXPECT_EQ(again, x);
  const double log2Pi = std::log(2 * std::numbers::pi);
  for (size_t i = 0; i < count; ++i) {
    const double e = (0.3f - static_cast<double>(x[i])) / 0.7, z = (x[i] - 0.45) / 0.5;
    const double weight = -e * e / 2 - std::log(0.7) - log2Pi / 2;
    const double score = weight - z * z / 2 - std::log(0.5) - log2Pi / 2;
    EXPECT_NEAR(weights[i], weight, roundings(8, 1 + std::abs(weight))) << i;
    EXPECT_NEAR(scores[i], score, roundings(16, 1 + std::abs(score))) << i;
  }
}

TYPED_TEST(FilterTest, TheFirstStepDrawsFromThePrior) {
  constexpr size_t count = 1 << 14;
  bench::FloatVector x(count), w(count);
  ParticleFilter<TypeParam>::drawAndWeigh(nullptr, 0, 0, 9, 0, count, x.data(), w.data());
  double squares = 0;
  for (float value : x)
    squares += static_cast<double>(value) * value;
  EXPECT_NEAR(squares / count, 1, 5 * 1.42 / 128);
}

TYPED_TEST(FilterTest, EvidenceIsThatOfTheKalmanFilter) {
  const bench::KalmanResult exact = bench::kalmanFilter(this->y);
  for (int threads : {1, 2})
    for (int64_t count : {5000, 40000}) { // a multiple of 64 and none
      double evidence = 0, mean = 0;
      constexpr int runs = 20;
      for (int i = 0; i < runs; ++i) {
        const FilterResult result = this->run(count, static_cast<uint64_t>(i) + 1, threads);
        evidence += result.logEvidence / runs;
        mean += result.lastMean / runs;
      }
      // One run of 100,000 spreads by 0.030 (measured with 50 runs): 5 standard errors.
      EXPECT_NEAR(evidence, exact.logEvidence, 5 * 0.03 * std::sqrt(1e5 / static_cast<double>(count * runs)));
      EXPECT_NEAR(mean, exact.lastMean, 5 * 0.5 / std::sqrt(static_cast<double>(count * runs)));
    }
}

} // namespace
} // namespace genfuse

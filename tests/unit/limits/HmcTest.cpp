// W2: gradients are those of double precision, chains have the posterior that is known.
#include "bench/limits/Hmc.h"
#include "bench/speed/Reference.h"
#include "tests/unit/limits/Targets.h"
#include <cmath>

namespace genfuse {
namespace {

using limits::Hmc;
using limits::HmcSettings;
using limits::Regression;

template <class Target> class HmcTest : public testing::Test {
protected:
  const bench::PolynomialData data = bench::polynomialData();
  const Regression regression{data.x.data(), data.y.data()};
  const std::vector<double> mean = bench::polynomialPosteriorMean(data);

  /// draws[(t * 3 + i) * chains + chain]: means of a, b, c. Their standard deviations are 0.011, 0.012 and
  /// 0.024, and draws of this sampler are nearly independent: 0.001 is above 5 standard errors of 20,000.
  void expectPosteriorMean(const bench::FloatVector &draws, size_t chains) const {
    double sums[3] = {};
    for (size_t i = 0; i < draws.size(); ++i)
      sums[i / chains % 3] += draws[i];
    for (size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(sums[i] / static_cast<double>(draws.size() / 3), mean[i], 0.001) << i;
  }
};
TYPED_TEST_SUITE(HmcTest, Targets, TargetNames);

TYPED_TEST(HmcTest, GradientsAreThoseOfDoublePrecision) {
  for (const auto &q : {bench::FloatVector{0.4f, -1, 1.7f}, {0, 0, 0}, {-2, 1, 3}, {0.5f, -1.2f, 2}}) {
    const float position[3] = {q[0], q[1], q[2]};
    const bench::ReferenceResult expected = bench::polynomialDensity(this->data, q[0], q[1], q[2]);
    for (const limits::ValueAndGradient &got : {Hmc<TypeParam>::oneGradient(this->regression, position),
                                                Hmc<TypeParam>::manyGradient(this->regression, position)}) {
      // Roundings of residuals: numbers up to 6, 50 of them, times 400 (and times the residual for the
      // value).
      EXPECT_NEAR(got.value, expected.value, roundings(8, 200 + std::abs(expected.value)));
      for (size_t i = 0; i < 3; ++i)
        EXPECT_NEAR(got.gradient[i], expected.gradient[i], roundings(1, 6 * 50 * 400)) << i;
    }
  }
}

TYPED_TEST(HmcTest, OneChainHasThePosteriorMean) {
  HmcSettings settings;
  settings.draws = 20000;
  bench::FloatVector draws(60000);
  for (auto *run : {&Hmc<TypeParam>::oneChain, &Hmc<TypeParam>::oneChainOnMoments}) {
    const int64_t accepted = run(this->regression, settings, draws.data());
    EXPECT_GT(accepted, 13000); // measured 17,000
    EXPECT_LT(accepted, 20000); // a step of 0.01 is not exact
    this->expectPosteriorMean(draws, 1);
  }
}

TYPED_TEST(HmcTest, ManyChainsHaveThePosteriorMean) {
  HmcSettings settings;
  settings.draws = 200;
  settings.warmup = 100;
  bench::FloatVector draws(3 * 200 * 128);
  for (auto *run : {&Hmc<TypeParam>::manyChains, &Hmc<TypeParam>::manyChainsOnMoments}) {
    const int64_t accepted = run(this->regression, settings, 128, 0, 128, draws.data());
    EXPECT_GT(accepted, 128 * 130);
    EXPECT_LT(accepted, 128 * 200);
    this->expectPosteriorMean(draws, 128);
  }
}

TYPED_TEST(HmcTest, ChainsDoNotDependOnTheirBlock) {
  HmcSettings settings;
  settings.draws = 20;
  bench::FloatVector whole(3 * 20 * 128), parts(whole.size());
  int64_t accepted = Hmc<TypeParam>::manyChains(this->regression, settings, 128, 0, 128, whole.data());
  for (int64_t first : {96, 0, 32, 64})
    accepted -= Hmc<TypeParam>::manyChains(this->regression, settings, 128, first, first + 32, parts.data());
  EXPECT_EQ(accepted, 0);
  EXPECT_EQ(parts, whole);
}

} // namespace
} // namespace genfuse

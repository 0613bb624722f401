// W1: draws are those of the device library's counters, weights those of double precision.
#include "bench/limits/ImportanceSampling.h"
#include "bench/speed/Reference.h"
#include "runtime/device/random.h"
#include "tests/unit/limits/Targets.h"
#include <cmath>

namespace genfuse {
namespace {

using limits::ImportanceSampling;
using limits::Particles;
using limits::Regression;

struct Made {
  bench::FloatVector a, b, c, logWeight;
  std::vector<double> wide, score;
  explicit Made(size_t count) : a(count), b(count), c(count), logWeight(count), wide(count), score(count) {}
  Particles view() { return {a.data(), b.data(), c.data(), logWeight.data()}; }
};

template <class Target> class ImportanceSamplingTest : public testing::Test {
protected:
  const bench::PolynomialData data = bench::polynomialData();
  const Regression regression{data.x.data(), data.y.data()};
};
TYPED_TEST_SUITE(ImportanceSamplingTest, Targets, TargetNames);

TYPED_TEST(ImportanceSamplingTest, DrawsAreThoseOfTheDeviceLibrary) {
  Made made(1000);
  ImportanceSampling<TypeParam>::draw(0x1234567890ull, 0, 1000, made.view());
  for (unsigned i = 0; i < 1000; ++i)
    for (unsigned slot = 0; slot < 3; ++slot) {
      const float expected =
          device::random_normal_f32(i / 64 * 16 + i % 16, 0u, slot, 1u, 0x34567890u, 0x12u, i / 16 % 4);
      const float got = (slot == 0 ? made.a : slot == 1 ? made.b : made.c)[i];
      // The same polynomials; only the order of a few roundings differs.
      EXPECT_NEAR(got, expected, roundings(8, std::abs(expected) + 1e-3)) << i << ' ' << slot;
    }
}

TYPED_TEST(ImportanceSamplingTest, WeightsAreThoseOfDoublePrecision) {
  Made made(4096), moments(4096);
  ImportanceSampling<TypeParam>::run(this->regression, 1, 0, 4096, made.view());
  ImportanceSampling<TypeParam>::runOnMoments(this->regression, 1, 0, 4096, moments.view());
  for (size_t i = 0; i < 4096; ++i) {
    const double expected = bench::polynomialLikelihood(this->data, made.a[i], made.b[i], made.c[i]);
    // A residual r is off by about 3 roundings of 4 + r, and 400 r of that reaches the sum over 50 points.
    // With 50 r^2 = |log weight| / 200 that is below 2e-6 of 200 + |log weight|; measured 4e-7.
    EXPECT_NEAR(made.logWeight[i], expected, 2e-6 * (200 + std::abs(expected))) << i;
    EXPECT_EQ(moments.a[i], made.a[i]);
    // The quadratic form of rounded moments: measured 3e-7.
    EXPECT_NEAR(moments.logWeight[i], expected, 2e-6 * (200 + std::abs(expected))) << i;
  }
}

TYPED_TEST(ImportanceSamplingTest, ScoresAddThePrior) {
  Made plain(1001), made(1001);
  made.wide[1000] = made.score[1000] = -7;
  ImportanceSampling<TypeParam>::run(this->regression, 3, 0, 1000, plain.view());
  ImportanceSampling<TypeParam>::runWithScores(this->regression, 3, 0, 1000, made.view(),
                                               {made.wide.data(), made.score.data()});
  for (size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(made.b[i], plain.b[i]);
    EXPECT_EQ(made.wide[i], plain.logWeight[i]);
    const double expected = bench::polynomialDensity(this->data, made.a[i], made.b[i], made.c[i]).value;
    EXPECT_NEAR(made.score[i], expected, 2e-6 * (200 + std::abs(expected))) << i; // as the weights
  }
  EXPECT_EQ(made.wide[1000], -7);
  EXPECT_EQ(made.score[1000], -7);
}

TYPED_TEST(ImportanceSamplingTest, PartsMakeTheSameParticlesAndTouchNoOthers) {
  constexpr float untouched = -7;
  Made whole(1000), parts(1010);
  std::fill(parts.a.begin(), parts.a.end(), untouched);
  std::fill(parts.logWeight.begin(), parts.logWeight.end(), untouched);
  ImportanceSampling<TypeParam>::run(this->regression, 5, 0, 1000, whole.view());
  ImportanceSampling<TypeParam>::run(this->regression, 5, 512, 1000, parts.view());
  EXPECT_EQ(parts.a[511], untouched);
  ImportanceSampling<TypeParam>::run(this->regression, 5, 0, 512, parts.view());
  for (size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(parts.a[i], whole.a[i]) << i;
    EXPECT_EQ(parts.c[i], whole.c[i]) << i;
    EXPECT_EQ(parts.logWeight[i], whole.logWeight[i]) << i;
  }
  for (size_t i = 1000; i < 1010; ++i) {
    EXPECT_EQ(parts.a[i], untouched);
    EXPECT_EQ(parts.logWeight[i], untouched);
  }
}

} // namespace
} // namespace genfuse

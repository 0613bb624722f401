// W3 and W4: values and gradients of logistic and softmax regression are those of double precision.
#include "bench/limits/Logistic.h"
#include "bench/limits/Softmax.h"
#include "bench/speed/Reference.h"
#include "tests/unit/limits/Targets.h"
#include <cmath>
#include <thread>

namespace genfuse {
namespace {

using limits::Logistic;
using limits::LogisticSum;
using limits::Softmax;
using limits::SoftmaxBatch;

template <class Target> class LogisticTest : public testing::Test {};
TYPED_TEST_SUITE(LogisticTest, Targets, TargetNames);

TYPED_TEST(LogisticTest, ValueAndGradientAreThoseOfDoublePrecision) {
  for (int64_t rows : {1, 15, 16, 4096, 10007}) {
    const bench::CoverData data = bench::coverData(rows);
    const bench::ReferenceResult expected = bench::logisticDensity(data, data.weights);
    LogisticSum sum;
    const int64_t half = rows / 32 * 16;
    Logistic<TypeParam>::add({data.x.data(), data.y.get(), rows}, data.weights.data(), 0, half, sum);
    Logistic<TypeParam>::add({data.x.data(), data.y.get(), rows}, data.weights.data(), half, rows, sum);
    addPrior(data.weights.data(), sum);
    // A term is at most about 3 and off by at most 16 roundings of the sum of 13 products; sums of a tile add
    // one rounding a block.
    EXPECT_NEAR(sum.value, expected.value, roundings(16, 3.0 * static_cast<double>(rows) + 100)) << rows;
    for (size_t i = 0; i < expected.gradient.size(); ++i)
      EXPECT_NEAR(sum.gradient[i], expected.gradient[i], roundings(16, static_cast<double>(rows) + 3))
          << rows << ' ' << i;
  }
}

TYPED_TEST(LogisticTest, ReadingAddsUpAllNumbers) {
  const bench::CoverData data = bench::coverData(101);
  double total = 0;
  for (int64_t i = 7 * 55; i < 101 * 55; ++i)
    total += data.x[static_cast<size_t>(i)];
  const float got = Logistic<TypeParam>::read({data.x.data(), data.y.get(), 101}, 7, 101);
  EXPECT_NEAR(got, total, roundings(100, 600)); // numbers of size 1, sums of up to 600
}

struct State {
  bench::FloatVector weights, biases, residuals;
  explicit State(int images)
      : weights(SoftmaxBatch::classes * SoftmaxBatch::pixels), biases(16),
        residuals(static_cast<size_t>(images) * 16) {}
  limits::SoftmaxState view() { return {weights.data(), biases.data(), residuals.data()}; }
};

template <class Target> class SoftmaxTest : public testing::Test {
protected:
  static constexpr int images = 100;
  static constexpr float rate = 1e-3f;
  const bench::ImageData data = bench::imageData(images);
  const SoftmaxBatch batch{data.images.data(), data.labels.data(), images};
};
TYPED_TEST_SUITE(SoftmaxTest, Targets, TargetNames);

TYPED_TEST(SoftmaxTest, StepsAreThoseOfDoublePrecision) {
  State state(this->images);
  for (int step = 0; step < 20; ++step) {
    const bench::FloatVector biases(state.biases.begin(), state.biases.begin() + 10), weights = state.weights;
    const bench::ReferenceResult expected = bench::softmaxDensity(this->data, weights, biases);
    const double value = Softmax<TypeParam>::step(this->batch, state.view(), this->rate);
    // 100 terms; each score is a sum of 784 products in 16 or 8 lanes.
    EXPECT_NEAR(value, expected.value, roundings(50, 100)) << step;
    for (size_t i = 0; i < weights.size(); ++i)
      ASSERT_NEAR(state.weights[i], weights[i] + this->rate * expected.gradient[i],
                  roundings(100, 100 * this->rate) + roundings(1, std::abs(weights[i])))
          << step << ' ' << i;
    for (size_t i = 0; i < 10; ++i)
      EXPECT_NEAR(state.biases[i], biases[i] + this->rate * expected.gradient[weights.size() + i],
                  roundings(100, 100 * this->rate))
          << step << ' ' << i;
  }
}

TYPED_TEST(SoftmaxTest, HalvesOfAStepMakeAWhole) {
  State whole(this->images), parts(this->images);
  const double value = Softmax<TypeParam>::step(this->batch, whole.view(), this->rate);
  const double first = Softmax<TypeParam>::residuals(this->batch, parts.view(), 0, 38),
               second = Softmax<TypeParam>::residuals(this->batch, parts.view(), 38, this->images);
  Softmax<TypeParam>::update(this->batch, parts.view(), this->rate, 0, 400);
  Softmax<TypeParam>::update(this->batch, parts.view(), this->rate, 400, SoftmaxBatch::pixels);
  EXPECT_NEAR(first + second, value, 1e-12 * std::abs(value)); // sums of 100 doubles
  EXPECT_EQ(parts.weights, whole.weights);
  EXPECT_EQ(parts.biases, whole.biases);
}

TYPED_TEST(SoftmaxTest, TwoThreadsTakeTheSameSteps) {
  State alone(this->images), shared(this->images);
  for (int step = 0; step < 30; ++step)
    Softmax<TypeParam>::step(this->batch, alone.view(), this->rate);
  limits::SpinBarrier barrier(2);
  auto run = [&](int thread) {
    Softmax<TypeParam>::steps(this->batch, shared.view(), this->rate, 30, thread, 2, barrier);
  };
  std::thread other(run, 1);
  run(0);
  other.join();
  EXPECT_EQ(shared.weights, alone.weights);
  EXPECT_EQ(shared.biases, alone.biases);
}

} // namespace
} // namespace genfuse

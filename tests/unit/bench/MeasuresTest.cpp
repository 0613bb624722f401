// Agreement of parameters, quantiles and predictions.
#include "bench/training/Measures.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace genfuse::bench;

namespace {

TEST(Measures, DifferenceIsRelativeToTheLargestOfEachTensor) {
  EXPECT_EQ(difference({{1, 4}, {2}}, {{1, 4}, {2}}), 0);
  EXPECT_DOUBLE_EQ(difference({{1, 5}, {2}}, {{1, 4}, {2}}), 0.25);
  // Small biases are not hidden by large weights.
  EXPECT_DOUBLE_EQ(difference({{1000}, {0.5f}}, {{1000}, {0.25f}}), 1);
  EXPECT_DOUBLE_EQ(difference({{3}, {0}}, {{0}, {0}}), 3);
}

TEST(Measures, ParametersThatDivergedNeverAgree) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = HUGE_VALF;
  for (float bad : {nan, infinity, -infinity}) {
    EXPECT_TRUE(std::isnan(difference({{bad, 1}, {2}}, {{1, 1}, {2}})));
    EXPECT_TRUE(std::isnan(difference({{1, 1}, {2}}, {{1, 1}, {bad}})));
    EXPECT_TRUE(std::isnan(difference({{bad, 1}, {2}}, {{bad, 1}, {2}})));
  }
}

TEST(Measures, Quantile) {
  EXPECT_EQ(quantile({}, 0.5), 0);
  EXPECT_EQ(quantile({7}, 0.9), 7);
  EXPECT_EQ(quantile({5, 1, 3}, 0.5), 3);
  EXPECT_EQ(quantile({5, 1, 3}, 1), 5);
}

TEST(Measures, Evaluate) {
  Images images;
  images.pixels = 1;
  images.images = {1, 1};
  images.labels = {3, 0};
  Parameters parameters{std::vector<float>(classes), std::vector<float>(classes)};
  // All classes alike: ten equal probabilities; the first one counts as the likeliest.
  Evaluation flat = evaluate(images, parameters);
  EXPECT_DOUBLE_EQ(flat.logLikelihood, -2 * std::log(10.0));
  EXPECT_EQ(flat.accuracy, 0.5);
  parameters.weights[3] = 1000; // large logits: no overflow
  Evaluation sure = evaluate(images, parameters);
  EXPECT_DOUBLE_EQ(sure.logLikelihood, -1000);
  EXPECT_EQ(sure.accuracy, 0.5);
}

} // namespace

// Draws follow their distributions (fixed seeds), and have the same bits under every mapping and batch width.
#include "codegen/Program.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

using namespace genfuse;

namespace {

constexpr int64_t count = 200000;

std::string modelText(const std::string &sample) {
  return R"(gen.func @model(%a: f64 {gen.name = "a"}, %b: f64 {gen.name = "b"}, %p: tensor<?xf64> {gen.name = "p"}) {
  )" + sample +
         "\n  gen.return\n}\n";
}

template <class T> Inputs inputs(T a, T b, const std::vector<T> &p) {
  Inputs result;
  result.arguments = {{"a", Array::scalar(a)}, {"b", Array::scalar(b)}, {"p", Array::from<T>(p)}};
  return result;
}

Array draw(const std::string &sample, Precision real, double a, double b, const std::vector<double> &p) {
  Program program(Model::parse(modelText(sample)), {real, "native", Mapping::instances});
  RunOptions options;
  options.seed = 20261121;
  options.instances = count;
  Inputs given = real == Precision::f64 ? inputs<double>(a, b, p)
                                        : inputs<float>(a, b, std::vector<float>(p.begin(), p.end()));
  return program.run("simulate()", given, options).choices.at("x");
}

std::vector<double> values(const Array &array) {
  std::vector<double> result(array.elementCount());
  for (size_t i = 0; i < result.size(); ++i)
    result[i] = array.at({static_cast<int64_t>(i)});
  return result;
}

/// The Kolmogorov-Smirnov statistic sqrt(n) sup |F_n - F|; above 2.2 with probability 1e-4.
template <class F> double kolmogorovSmirnov(std::vector<double> draws, F cdf) {
  std::sort(draws.begin(), draws.end());
  double n = static_cast<double>(draws.size()), worst = 0;
  for (size_t i = 0; i < draws.size(); ++i) {
    double f = cdf(draws[i]);
    worst = std::max({worst, std::fabs(f - i / n), std::fabs((i + 1) / n - f)});
  }
  return worst * std::sqrt(n);
}

/// Pearson's chi-square statistic of counts against probabilities.
double chiSquare(const std::vector<double> &draws, const std::vector<double> &probabilities) {
  std::vector<double> counts(probabilities.size());
  for (double value : draws)
    counts.at(static_cast<size_t>(value)) += 1;
  double statistic = 0;
  for (size_t k = 0; k < counts.size(); ++k) {
    double expected = probabilities[k] * static_cast<double>(draws.size());
    if (expected == 0)
      EXPECT_EQ(counts[k], 0) << "value " << k;
    else
      statistic += (counts[k] - expected) * (counts[k] - expected) / expected;
  }
  return statistic;
}

class Samplers : public testing::TestWithParam<Precision> {};

TEST_P(Samplers, Normal) {
  auto draws =
      values(draw(R"(%x = gen.sample "x" normal(%a, %b) : (f64, f64) -> f64)", GetParam(), 1.5, 0.5, {0}));
  EXPECT_LT(
      kolmogorovSmirnov(draws, [](double x) { return 0.5 * std::erfc(-(x - 1.5) / 0.5 / std::sqrt(2.0)); }),
      2.2);
}

TEST_P(Samplers, Uniform) {
  auto draws =
      values(draw(R"(%x = gen.sample "x" uniform(%a, %b) : (f64, f64) -> f64)", GetParam(), -1, 3, {0}));
  EXPECT_LT(kolmogorovSmirnov(draws, [](double x) { return (x + 1) / 4; }), 2.2);
}

// Bounds of chi-square: probability 1e-4 of more with 1 degree of freedom is 15.2, with 3 it is 21.2.
TEST_P(Samplers, Bernoulli) {
  auto draws = values(draw(R"(%x = gen.sample "x" bernoulli(%a) : (f64) -> i1)", GetParam(), 0.3, 0, {0}));
  EXPECT_LT(chiSquare(draws, {0.7, 0.3}), 15.2);
}

TEST_P(Samplers, BernoulliLogits) {
  auto draws =
      values(draw(R"(%x = gen.sample "x" bernoulli_logits(%a) : (f64) -> i1)", GetParam(), -1.2, 0, {0}));
  double p = 1 / (1 + std::exp(1.2));
  EXPECT_LT(chiSquare(draws, {1 - p, p}), 15.2);
}

TEST_P(Samplers, Categorical) {
  auto draws = values(draw(R"(%x = gen.sample "x" categorical(%p) : (tensor<?xf64>) -> i64)", GetParam(), 0,
                           0, {0.1, 0.0, 0.2, 0.3, 0.4, 0.0}));
  EXPECT_LT(chiSquare(draws, {0.1, 0.0, 0.2, 0.3, 0.4, 0.0}), 21.2);
}

TEST_P(Samplers, CategoricalLogits) {
  auto draws = values(draw(R"(%x = gen.sample "x" categorical_logits(%p) : (tensor<?xf64>) -> i64)",
                           GetParam(), 0, 0, {1000.0, 1001.0, 999.5, 1000.5}));
  std::vector<double> p{0, 1, -0.5, 0.5};
  double total = 0;
  for (double &value : p)
    total += value = std::exp(value);
  for (double &value : p)
    value /= total;
  EXPECT_LT(chiSquare(draws, p), 21.2);
}

INSTANTIATE_TEST_SUITE_P(Reals, Samplers, testing::Values(Precision::f32, Precision::f64),
                         [](const auto &info) { return realName(info.param); });

const char *const nested = R"(
gen.func @nested(%s: tensor<?x?xf64> {gen.name = "s"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %n = tensor.dim %s, %c0 : tensor<?x?xf64>
  %k = tensor.dim %s, %c1 : tensor<?x?xf64>
  %alone = gen.sample "alone" normal(%zero, %one) : (f64, f64) -> f64
  gen.map "rows" %i to %n {
    %m = gen.sample "m" normal(%alone, %one) : (f64, f64) -> f64
    %u = gen.sample "u" uniform(%zero, %one) : (f64, f64) -> f64
    %v = gen.sample "v" normal(%zero, %one) : (f64, f64) -> f64
    gen.map "y" %j to %k {
      %sij = tensor.extract %s[%i, %j] : tensor<?x?xf64>
      %y = gen.sample normal(%m, %sij) : (f64, f64) -> f64
      gen.yield
    }
    gen.yield
  }
  gen.return
}
)";

template <class T> Outcome simulateNested(Mapping mapping, int64_t lanes, int64_t instances) {
  Precision real = std::is_same_v<T, float> ? Precision::f32 : Precision::f64;
  Program program(Model::parse(nested), {real, "native", mapping, lanes});
  Inputs given;
  given.arguments["s"] = Array::from<T>(std::vector<T>(7 * 5, T(0.5)), {7, 5});
  RunOptions options;
  options.seed = 0x123456789abcdefULL;
  options.instances = instances;
  return program.run("simulate()", given, options);
}

template <class T> void expectSameDraws() {
  Outcome wide = simulateNested<T>(Mapping::instances, 32, 133);
  Outcome narrow = simulateNested<T>(Mapping::instances, 8, 133);
  Outcome elements = simulateNested<T>(Mapping::elements, 16, 133);
  Outcome fewer = simulateNested<T>(Mapping::instances, 16, 70);
  Outcome alone = simulateNested<T>(Mapping::single, 16, 1);
  ASSERT_EQ(wide.choices.size(), 5u);
  for (auto &[address, draws] : wide.choices) {
    EXPECT_EQ(draws, narrow.choices.at(address)) << address;
    EXPECT_EQ(draws, elements.choices.at(address)) << address;
    int64_t last = draws.rank() - 1;
    for (int64_t b : {0, 1, 63, 64, 69})
      EXPECT_EQ(draws.slice(last, b).copy(), fewer.choices.at(address).slice(last, b).copy()) << address;
    EXPECT_EQ(draws.slice(last, 0).copy(), alone.choices.at(address)) << address;
    EXPECT_FALSE(draws.slice(last, 0).copy() == draws.slice(last, 1).copy()) << address;
  }
}

TEST(SameBits, ForEveryMappingAndBatchWidthInFloat) { expectSameDraws<float>(); }
TEST(SameBits, ForEveryMappingAndBatchWidthInDouble) { expectSameDraws<double>(); }

} // namespace

// Vector draws follow their distributions (fixed seeds), and have the same bits under every mapping and batch
// width.
#include "codegen/Program.h"
#include "tests/statistical/Statistics.h"
#include <gtest/gtest.h>
#include <limits>

using namespace genfuse;
using namespace genfuse::statistics;

namespace {

constexpr int64_t count = 200000;

const char *const normals = R"(
gen.func @normals(%mu: tensor<?xf64> {gen.name = "mu"}, %l: tensor<?x?xf64> {gen.name = "l"}) {
  %x = gen.sample "x" mvnormal_cholesky(%mu, %l) : (tensor<?xf64>, tensor<?x?xf64>) -> tensor<?xf64>
  gen.return
}
)";

const char *const simplexes = R"(
gen.func @simplexes(%alpha: tensor<?xf64> {gen.name = "alpha"}) {
  %x = gen.sample "x" dirichlet(%alpha) : (tensor<?xf64>) -> tensor<?xf64>
  gen.return
}
)";

Array arrayOf(const std::vector<double> &numbers, Shape shape, Precision real) {
  if (real == Precision::f64)
    return Array::from<double>(numbers, shape);
  return Array::from<float>(std::vector<float>(numbers.begin(), numbers.end()), shape);
}

RunOptions instances(int64_t number) {
  RunOptions options;
  options.seed = 20261121;
  options.instances = number;
  return options;
}

/// [component][draw]
using Draws = std::vector<std::vector<double>>;

Draws drawsOf(const Outcome &outcome) {
  const Array &x = outcome.choices.at("x");
  Draws draws(x.shape()[0], std::vector<double>(x.shape()[1]));
  for (int64_t k = 0; k < x.shape()[0]; ++k)
    for (int64_t b = 0; b < x.shape()[1]; ++b)
      draws[k][b] = x.at({k, b});
  return draws;
}

/// The numbers that round to a draw; what is below the smallest normal number became that.
template <class T> Interval rounded(double draw) {
  auto x = static_cast<T>(draw);
  double low = x == std::numeric_limits<T>::min() ? 0 : (draw + std::nextafter(x, -HUGE_VALF)) / 2;
  return {low, (draw + std::nextafter(x, HUGE_VALF)) / 2};
}

/// The Kolmogorov-Smirnov statistic; above 2.2 with probability 1e-4.
double distance(const std::vector<double> &draws, const std::function<double(double)> &cdf, Precision real) {
  return kolmogorovSmirnov(draws, cdf, real == Precision::f32 ? rounded<float> : rounded<double>);
}

double normalCdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

double mean(const std::vector<double> &values) {
  double sum = 0;
  for (double value : values)
    sum += value;
  return sum / static_cast<double>(values.size());
}

class VectorSamplers : public testing::TestWithParam<Precision> {};

const std::vector<double> mu{1, -2, 0.5, 3};
/// With numbers above the diagonal, which must not be read.
const std::vector<double> factor{2, 7, 7, 7, -0.5, 0.25, 7, 7, 1, 3, 1.5, 7, 0.125, -1, 0, 0.5};

Draws drawNormals(Precision real) {
  Program program(Model::parse(normals), {real, "native", Mapping::instances, 0});
  Inputs inputs;
  inputs.arguments = {{"mu", arrayOf(mu, {4}, real)}, {"l", arrayOf(factor, {4, 4}, real)}};
  return drawsOf(program.run("simulate()", inputs, instances(count)));
}

/// A mean of n draws is off by 4 standard errors with probability 6e-5.
TEST_P(VectorSamplers, MvNormalHasItsMeanAndCovariance) {
  Draws draws = drawNormals(GetParam());
  const size_t k = mu.size();
  const double n = count;
  std::vector<double> covariance(k * k);
  for (size_t i = 0; i < k; ++i)
    for (size_t j = 0; j < k; ++j)
      for (size_t m = 0; m <= std::min(i, j); ++m)
        covariance[i * k + j] += factor[i * k + m] * factor[j * k + m];
  for (size_t i = 0; i < k; ++i) {
    EXPECT_NEAR(mean(draws[i]), mu[i], 4 * std::sqrt(covariance[i * k + i] / n)) << i;
    for (size_t j = 0; j <= i; ++j) {
      std::vector<double> products(count);
      for (size_t b = 0; b < products.size(); ++b)
        products[b] = (draws[i][b] - mu[i]) * (draws[j][b] - mu[j]);
      // The variance of a product of two centred normals (Isserlis).
      double expected = covariance[i * k + j];
      double variance = covariance[i * k + i] * covariance[j * k + j] + expected * expected;
      EXPECT_NEAR(mean(products), expected, 4 * std::sqrt(variance / n)) << i << " " << j;
    }
  }
}

/// y = L^-1 (x - mu) has independent standard normal components; so have their sums and differences over
/// sqrt(2).
TEST_P(VectorSamplers, MvNormalIsNormalWhenWhitened) {
  Draws draws = drawNormals(GetParam()), white = draws;
  const size_t k = mu.size();
  for (size_t b = 0; b < static_cast<size_t>(count); ++b)
    for (size_t i = 0; i < k; ++i) {
      double rest = draws[i][b] - mu[i];
      for (size_t j = 0; j < i; ++j)
        rest -= factor[i * k + j] * white[j][b];
      white[i][b] = rest / factor[i * k + i];
    }
  for (size_t i = 0; i < k; ++i) {
    EXPECT_LT(distance(white[i], normalCdf, GetParam()), 2.2) << i;
    for (size_t j = 0; j < i; ++j)
      for (double sign : {-1.0, 1.0}) {
        std::vector<double> mixed(count);
        for (size_t b = 0; b < mixed.size(); ++b)
          mixed[b] = (white[i][b] + sign * white[j][b]) / std::sqrt(2.0);
        EXPECT_LT(distance(mixed, normalCdf, GetParam()), 2.2) << i << " " << sign * static_cast<double>(j);
      }
  }
}

std::function<double(double)> betaCdf(double a, double b) {
  return [=](double x) { return incompleteBeta(a, b, x, 1 - x); };
}

/// Element i of a dirichlet, and the sum of elements, are betas.
TEST_P(VectorSamplers, DirichletHasBetaMarginals) {
  for (const std::vector<double> &alpha :
       {std::vector<double>{0.5, 2, 1, 8}, std::vector<double>{0.1, 0.2, 0.3}}) {
    Program program(Model::parse(simplexes), {GetParam(), "native", Mapping::instances, 0});
    Inputs inputs;
    auto size = static_cast<int64_t>(alpha.size());
    inputs.arguments["alpha"] = arrayOf(alpha, {size}, GetParam());
    Outcome outcome = program.run("simulate()", inputs, instances(count));
    Draws draws = drawsOf(outcome);
    double total = 0;
    for (double a : alpha)
      total += a;
    double before = 0;
    std::vector<double> sums(count);
    for (size_t k = 0; k < alpha.size(); ++k) {
      EXPECT_LT(distance(draws[k], betaCdf(alpha[k], total - alpha[k]), GetParam()), 2.2) << alpha[k];
      before += alpha[k];
      for (size_t b = 0; b < sums.size(); ++b)
        sums[b] += draws[k][b];
      if (k > 0 && k + 1 < alpha.size()) {
        EXPECT_LT(distance(sums, betaCdf(before, total - before), GetParam()), 2.2) << "sum to " << k;
      }
    }
    for (int64_t b = 0; b < count; ++b) {
      ASSERT_NEAR(sums[b], 1, GetParam() == Precision::f64 ? 1e-15 : 1e-6);
      ASSERT_TRUE(std::isfinite(outcome.score.at({b}))) << b;
    }
  }
}

/// All gammas underflow, and their logarithms leave the range of float: one element is 1 (which one is
/// uniform by symmetry) or, below 1e-29, all are equal. Never NaN.
TEST_P(VectorSamplers, DirichletOfTinyShapes) {
  Program program(Model::parse(simplexes), {GetParam(), "native", Mapping::instances, 0});
  for (double alpha : {1e-3, 1e-20, 1e-36}) {
    SCOPED_TRACE(alpha);
    Inputs inputs;
    inputs.arguments["alpha"] = arrayOf({alpha, alpha, alpha}, {3}, GetParam());
    Outcome outcome = program.run("simulate()", inputs, instances(10000));
    Draws draws = drawsOf(outcome);
    double largest[3] = {};
    for (size_t b = 0; b < 10000; ++b) {
      double sum = draws[0][b] + draws[1][b] + draws[2][b];
      ASSERT_NEAR(sum, 1, 1e-6) << alpha;
      for (size_t k = 0; k < 3; ++k)
        largest[k] += draws[k][b] > 0.9;
      ASSERT_FALSE(std::isnan(outcome.score.at({static_cast<int64_t>(b)})));
    }
    for (double wins : largest)
      if (alpha > 1e-29) {
        EXPECT_NEAR(wins, 3333, 4 * std::sqrt(10000 * 2.0 / 9)) << alpha;
      } else {
        EXPECT_EQ(wins, 0) << alpha;
      }
  }
}

INSTANTIATE_TEST_SUITE_P(Reals, VectorSamplers, testing::Values(Precision::f32, Precision::f64),
                         [](const auto &info) { return realName(info.param); });

const char *const nested = R"(
gen.func @nested(%mu: tensor<?xf64> {gen.name = "mu"}, %l: tensor<?x?xf64> {gen.name = "l"},
                 %shape: tensor<?x?xf64> {gen.name = "shape"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %n = tensor.dim %shape, %c0 : tensor<?x?xf64>
  %m = tensor.dim %shape, %c1 : tensor<?x?xf64>
  %before = gen.sample "before" normal(%zero, %one) : (f64, f64) -> f64
  %alone = gen.sample "alone" mvnormal_cholesky(%mu, %l) : (tensor<?xf64>, tensor<?x?xf64>) -> tensor<?xf64>
  %alpha = math.exp %alone : tensor<?xf64>
  %weights = gen.sample "weights" dirichlet(%alpha) : (tensor<?xf64>) -> tensor<?xf64>
  gen.map "rows" %i to %n {
    %a = gen.sample "a" mvnormal_cholesky(%alone, %l) : (tensor<?xf64>, tensor<?x?xf64>) -> tensor<?xf64>
    %w = gen.sample "w" dirichlet(%alpha) : (tensor<?xf64>) -> tensor<?xf64>
    gen.map "y" %j to %m {
      %y = gen.sample mvnormal_cholesky(%a, %l) : (tensor<?xf64>, tensor<?x?xf64>) -> tensor<?xf64>
      gen.yield
    }
    gen.yield
  }
  gen.return
}
)";

/// Vectors of `k` elements; 50 rows.
template <class T> Outcome simulateNested(Mapping mapping, int64_t lanes, int64_t number, int64_t k) {
  Precision real = std::is_same_v<T, float> ? Precision::f32 : Precision::f64;
  Program program(Model::parse(nested), {real, "native", mapping, lanes});
  std::vector<double> means, lower;
  for (int64_t i = 0; i < k; ++i) {
    means.push_back(0.1 * static_cast<double>(i % 7));
    for (int64_t j = 0; j < k; ++j)
      lower.push_back(j > i ? 9 : i == j ? 0.7 : 0.3 / static_cast<double>(1 + i + j));
  }
  Inputs given;
  given.arguments["mu"] = arrayOf(means, {k}, real);
  given.arguments["l"] = arrayOf(lower, {k, k}, real);
  given.arguments["shape"] = arrayOf(std::vector<double>(50 * 3), {50, 3}, real);
  RunOptions options;
  options.seed = 0x123456789abcdefULL;
  options.instances = number;
  return program.run("simulate()", given, options);
}

template <class T> void expectSameDraws(int64_t k) {
  Outcome wide = simulateNested<T>(Mapping::instances, 32, 37, k);
  Outcome narrow = simulateNested<T>(Mapping::instances, 8, 37, k);
  Outcome elements = simulateNested<T>(Mapping::elements, 16, 37, k);
  Outcome fewer = simulateNested<T>(Mapping::instances, 16, 18, k);
  Outcome alone = simulateNested<T>(Mapping::single, 16, 1, k);
  ASSERT_EQ(wide.choices.size(), 6u);
  for (auto &[address, draws] : wide.choices) {
    SCOPED_TRACE(address + " of " + std::to_string(k));
    EXPECT_TRUE(draws == narrow.choices.at(address));
    EXPECT_TRUE(draws == elements.choices.at(address));
    int64_t last = draws.rank() - 1;
    for (int64_t b : {0, 1, 15, 16, 17})
      EXPECT_TRUE(draws.slice(last, b).copy() == fewer.choices.at(address).slice(last, b).copy()) << b;
    EXPECT_TRUE(draws.slice(last, 0).copy() == alone.choices.at(address));
    EXPECT_FALSE(draws.slice(last, 0).copy() == draws.slice(last, 1).copy());
  }
  // Neither neighbours in a plate nor components share numbers.
  const Array &y = wide.choices.at("rows/*/y/*");
  EXPECT_NE(y.at({0, 0, 0, 0}), y.at({0, 1, 0, 0}));
  EXPECT_NE(y.at({0, 1, 0, 0}), y.at({1, 0, 0, 0}));
}

/// 3 elements, and 40: einsums that are not ordered would add these in lanes where they can.
TEST(SameBitsOfVectors, ForEveryMappingAndBatchWidthInFloat) {
  for (int64_t k : {3, 40})
    expectSameDraws<float>(k);
}
TEST(SameBitsOfVectors, ForEveryMappingAndBatchWidthInDouble) {
  for (int64_t k : {3, 40})
    expectSameDraws<double>(k);
}

} // namespace

// Draws of each family follow its distribution: fixed seeds, both precisions, parameters from easy to hard.
#include "codegen/Program.h"
#include "tests/statistical/Statistics.h"
#include <gtest/gtest.h>
#include <limits>

using namespace genfuse;
using namespace genfuse::statistics;

namespace {

constexpr int64_t count = 200000;

/// One family with its arguments, and a cumulative distribution function or a probability of each count.
struct Family {
  std::string name;
  std::vector<double> arguments;
  std::function<double(double)> reference;
  std::string argumentTypes = "", valueType = "f64";
};

void PrintTo(const Family &family, std::ostream *out) { *out << family.name; }

std::string argumentType(const Family &family, size_t i) {
  return family.argumentTypes.empty() || family.argumentTypes[i] == 'r' ? "f64" : "i64";
}

std::string modelText(const Family &family) {
  std::string parameters, names, types;
  for (size_t i = 0; i < family.arguments.size(); ++i) {
    std::string name = "a" + std::to_string(i), separator = i ? ", " : "";
    parameters += separator + "%" + name + ": " + argumentType(family, i) + " {gen.name = \"" + name + "\"}";
    names += separator + "%" + name;
    types += separator + argumentType(family, i);
  }
  return "gen.func @model(" + parameters + ") {\n  %x = gen.sample \"x\" " + family.name + "(" + names +
         ") : (" + types + ") -> " + family.valueType + "\n  gen.return\n}\n";
}

Array argument(const Family &family, size_t i, Precision real) {
  double value = family.arguments[i];
  if (argumentType(family, i) == "i64")
    return Array::scalar(static_cast<int64_t>(value));
  return real == Precision::f64 ? Array::scalar(value) : Array::scalar(static_cast<float>(value));
}

Outcome simulate(const Family &family, Precision real, int64_t instances = count) {
  Program program(Model::parse(modelText(family)), {real, "native", Mapping::instances});
  Inputs given;
  for (size_t i = 0; i < family.arguments.size(); ++i)
    given.arguments["a" + std::to_string(i)] = argument(family, i, real);
  RunOptions options;
  options.seed = 20261121;
  options.instances = instances;
  return program.run("simulate()", given, options);
}

std::vector<double> values(const Array &array) {
  std::vector<double> result(array.elementCount());
  for (size_t i = 0; i < result.size(); ++i)
    result[i] = array.at({static_cast<int64_t>(i)});
  return result;
}

/// The numbers that round to a draw; those that round to an end of the positive numbers or of (0, 1) include
/// all beyond (draws do not become 0 or 1).
template <class T> Interval rounded(double draw) {
  auto x = static_cast<T>(draw);
  T most = 1 - std::numeric_limits<T>::epsilon() / 2, least = std::numeric_limits<T>::min();
  double low = x == least ? 0 : (draw + std::nextafter(x, -HUGE_VALF)) / 2;
  return {low, x == most ? 1 : (draw + std::nextafter(x, HUGE_VALF)) / 2};
}

std::string testName(const Family &family, Precision real) {
  std::string name = family.name;
  for (double argument : family.arguments)
    name += "_" + std::to_string(argument);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name + "_" + std::string(realName(real));
}

using Parameters = std::tuple<Family, Precision>;
class Continuous : public testing::TestWithParam<Parameters> {};
class Counts : public testing::TestWithParam<Parameters> {};
const auto reals = testing::Values(Precision::f32, Precision::f64);

TEST_P(Continuous, FollowsItsDistribution) {
  const auto &[family, real] = GetParam();
  Outcome outcome = simulate(family, real);
  double statistic = kolmogorovSmirnov(values(outcome.choices.at("x")), family.reference,
                                       real == Precision::f32 ? rounded<float> : rounded<double>);
  EXPECT_LT(statistic, 2.2);
  for (double score : values(outcome.score))
    ASSERT_TRUE(std::isfinite(score)) << "score of a draw";
}

TEST_P(Counts, FollowsItsDistribution) {
  const auto &[family, real] = GetParam();
  Outcome outcome = simulate(family, real);
  EXPECT_LT(chiSquare(values(outcome.choices.at("x")), family.reference), 3.72);
  for (double score : values(outcome.score))
    ASSERT_TRUE(std::isfinite(score)) << "score of a draw";
}

Family gammaFamily(double shape, double scale) {
  return {"gamma", {shape, scale}, [=](double x) { return incompleteGamma(shape, x / scale); }};
}

Family betaFamily(double a, double b) {
  return {"beta", {a, b}, [=](double x) { return incompleteBeta(a, b, x, 1 - x); }};
}
Family exponentialFamily(double rate) {
  return {"exponential", {rate}, [=](double x) { return x < 0 ? 0 : -std::expm1(-rate * x); }};
}
Family cauchyFamily(double loc, double scale) {
  return {"cauchy", {loc, scale}, [=](double x) { return std::atan2(1, -(x - loc) / scale) / M_PI; }};
}
Family laplaceFamily(double loc, double scale) {
  return {"laplace", {loc, scale}, [=](double x) {
            double tail = std::exp(-std::fabs(x - loc) / scale) / 2;
            return x < loc ? tail : 1 - tail;
          }};
}
Family logNormalFamily(double mu, double sigma) {
  return {"log_normal", {mu, sigma}, [=](double x) {
            return x <= 0 ? 0 : std::erfc(-(std::log(x) - mu) / sigma / std::sqrt(2.0)) / 2;
          }};
}
Family studentFamily(double nu, double loc, double scale) {
  return {"student_t", {nu, loc, scale}, [=](double x) {
            double z = (x - loc) / scale, w = z * z / nu;
            double tail = incompleteBeta(nu / 2, 0.5, 1 / (1 + w), w / (1 + w)) / 2;
            return z < 0 ? tail : 1 - tail;
          }};
}
Family uniformFamily(double low, double high) {
  return {"uniform_discrete",
          {low, high},
          [=](double k) { return k < low || k > high ? 0 : 1 / (high - low + 1); },
          "ii",
          "i64"};
}
Family poissonFamily(double rate) {
  return {
      "poisson",
      {rate},
      [=](double k) { return rate == 0 ? k == 0 : std::exp(k * std::log(rate) - rate - std::lgamma(k + 1)); },
      "r",
      "i64"};
}
double binomialMass(double n, double p, double k) {
  if (p == 0 || p == 1)
    return k == n * p;
  return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) +
                  (n - k) * std::log1p(-p));
}
Family binomFamily(double n, double p) {
  return {"binom", {n, p}, [=](double k) { return k > n ? 0 : binomialMass(n, p, k); }, "ir", "i64"};
}
Family geometricFamily(double p) {
  return {"geometric", {p}, [=](double k) { return p * std::pow(1 - p, k); }, "r", "i64"};
}

const Family continuous[] = {
    gammaFamily(0.1, 1),      gammaFamily(0.5, 2),      gammaFamily(1, 0.5),    gammaFamily(2.5, 3),
    gammaFamily(30, 1),       gammaFamily(1e4, 0.01),   betaFamily(0.2, 0.3),   betaFamily(1, 1),
    betaFamily(2, 5),         betaFamily(300, 700),     exponentialFamily(0.5), exponentialFamily(1e3),
    cauchyFamily(0, 1),       cauchyFamily(-3, 0.2),    laplaceFamily(1, 0.5),  laplaceFamily(0, 20),
    logNormalFamily(0, 1),    logNormalFamily(3, 0.1),  studentFamily(1, 0, 1), studentFamily(5, 2, 0.5),
    studentFamily(0.5, 0, 1), studentFamily(200, 0, 1),
};
const Family counted[] = {
    poissonFamily(0),         poissonFamily(0.3),     poissonFamily(5),      poissonFamily(9.99),
    poissonFamily(10),        poissonFamily(30),      poissonFamily(1e4),    binomFamily(0, 0.5),
    binomFamily(10, 0),       binomFamily(10, 1),     binomFamily(3, 0.2),   binomFamily(20, 0.7),
    binomFamily(1000, 0.001), binomFamily(40, 0.25),  binomFamily(100, 0.9), binomFamily(1000000, 0.3),
    geometricFamily(1),       geometricFamily(0.5),   geometricFamily(0.01), uniformFamily(1, 6),
    uniformFamily(4, 4),      uniformFamily(0, 1000), uniformFamily(1, 2),
};
const auto nameOf = [](const auto &info) {
  return testName(std::get<0>(info.param), std::get<1>(info.param));
};

INSTANTIATE_TEST_SUITE_P(Draws, Continuous, testing::Combine(testing::ValuesIn(continuous), reals), nameOf);
INSTANTIATE_TEST_SUITE_P(Draws, Counts, testing::Combine(testing::ValuesIn(counted), reals), nameOf);

} // namespace

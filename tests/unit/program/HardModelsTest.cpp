// Models on which something once went wrong: branches not taken, extreme scales, tails, run-time indices,
// names.
#include "codegen/Program.h"
#include "runtime/Error.h"
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace genfuse;
using testing::HasSubstr;

namespace {

Program compile(const std::string &name, Precision real = Precision::f64,
                std::optional<Mapping> mapping = std::nullopt) {
  Model model = Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/hard.mlir", name);
  return Program(model, {real, "native", mapping, 0});
}

double at(const Array &array, int64_t i) { return array.at({i}); }

TEST(BranchNotTaken, NestedSelects) {
  Inputs inputs{{{"x", Array::scalar(0.0)}, {"b", Array::scalar(true)}}, {}, {{"y", 1.0}}, {}};
  EXPECT_EQ(compile("nested_select").run("gradient(x)", inputs).argumentGradients["x"].at({}), 0);
}

TEST(BranchNotTaken, AroundAPlate) {
  Inputs inputs{{{"x", Array::from<double>({0, 1})}, {"b", Array::scalar(false)}}, {}, {{"y", 1.0}}, {}};
  Array gradient = compile("guarded_plate").run("gradient(x)", inputs).argumentGradients["x"];
  EXPECT_EQ(at(gradient, 0), 0);
  EXPECT_EQ(at(gradient, 1), 0);
}

TEST(BranchNotTaken, ElementsThatAreNotRead) {
  Inputs inputs{
      {{"x", Array::from<double>({0, 1, 2})}, {"k", Array::scalar(int64_t(1))}}, {}, {{"y", 1.0}}, {}};
  Array gradient = compile("one_element").run("gradient(x)", inputs).argumentGradients["x"];
  EXPECT_EQ(at(gradient, 0), 0);
  EXPECT_EQ(at(gradient, 1), 1); // (y - log x) / x
  EXPECT_EQ(at(gradient, 2), 0);
}

TEST(EmptySizes, OfALayer) {
  Inputs inputs{
      {{"xs", Array::zeros(ElementType::f64, {3, 16})}, {"W", Array::zeros(ElementType::f64, {0, 16})}},
      {},
      {},
      {}};
  inputs.choices.set("row/*/y", std::vector<double>{0, 1, 2});
  Outcome outcome = compile("no_outputs").run("gradient(W)", inputs);
  EXPECT_NEAR(outcome.score.at({}), -0.5 * 5 - 3 * 0.91893853320467274, 1e-14); // y under normal(0, 1)
  EXPECT_EQ(outcome.argumentGradients["W"].elementCount(), 0);
}

/// The density of y = sigma z under normal(0, sigma) is that of z minus log sigma, at any scale.
TEST(ExtremeScales, OfAPlate) {
  for (double sigma : {1e-20, 1.0, 1e20}) {
    Inputs inputs{
        {{"x", Array::zeros(ElementType::f32, {3})}, {"sigma", Array::scalar(float(sigma))}}, {}, {}, {}};
    inputs.choices.set("y/*", std::vector<float>{float(sigma), float(-2 * sigma), 0});
    double score = compile("scale", Precision::f32).run("assess()", inputs).score.at({});
    double expected = -0.5 * 5 - 3 * (std::log(double(float(sigma))) + 0.91893853320467274);
    EXPECT_NEAR(score, expected, 2e-5 * std::fabs(expected)) << sigma;
  }
}

TEST(ExtremeScales, AnEmptyPlateOfScaleZero) {
  Inputs inputs{{{"x", Array::zeros(ElementType::f64, {0})}, {"sigma", Array::scalar(0.0)}}, {}, {}, {}};
  inputs.choices.set("y/*", Array::zeros(ElementType::f64, {0}));
  EXPECT_EQ(compile("scale").run("assess()", inputs).score.at({}), 0);
}

/// Neighbours in a plate: the last lanes of a tail must not look past the end of x, nor add to what is there.
TEST(Tails, IndicesBesideTheIteration) {
  for (Mapping mapping : {Mapping::single, Mapping::instances, Mapping::elements})
    for (int64_t n : {2, 9, 17, 40}) {
      std::vector<double> x(n + 64, 1e300), y(n - 1, 0.5);
      for (int64_t i = 0; i < n; ++i)
        x[i] = 0.1 * static_cast<double>(i * i);
      Inputs inputs{{{"x", Array::view(x.data(), ElementType::f64, {n})}}, {}, {{"y/*", y}}, {}};
      Outcome outcome = compile("differences", Precision::f64, mapping).run("gradient(x)", inputs);
      double score = 0;
      std::vector<double> gradient(n);
      for (int64_t i = 0; i + 1 < n; ++i) {
        double z = 0.5 - (x[i + 1] - x[i]);
        score += -0.5 * z * z - 0.91893853320467274;
        gradient[i + 1] += z;
        gradient[i] -= z;
      }
      Array got = outcome.argumentGradients["x"];
      EXPECT_NEAR(*outcome.score.values<double>(), score, 1e-12 * std::fabs(score));
      ASSERT_EQ(got.elementCount(), n);
      for (int64_t i = 0; i < n; ++i)
        EXPECT_NEAR(got.values<double>()[i], gradient[i], 1e-12)
            << mappingName(mapping) << " " << n << " " << i;
    }
}

const std::vector<Mapping> allMappings = {Mapping::single, Mapping::instances, Mapping::elements};

/// Each row reads a table of its own: the part of its gradient that belongs to the row is not the whole.
TEST(RowsInPlace, OfATableWithinThePlate) {
  const std::vector<double> s{0.1, -0.3, 0.5, 0.2}, w{0.5, 1.5, -1}, y{1, 0.5, 2, -0.25};
  const std::vector<int64_t> offsets{0, 1, 1, 4};
  std::vector<double> ofS(4), ofW(3);
  for (size_t row = 0; row < 3; ++row)
    for (int64_t k = offsets[row]; k < offsets[row + 1]; ++k) {
      double m = std::exp(s[k] * w[row]);
      ofS[k] += (y[k] - m) * m * w[row];
      ofW[row] += (y[k] - m) * m * s[k];
    }
  Inputs inputs{
      {{"s", Array::from(s)}, {"w", Array::from(w)}, {"offsets", Array::from(offsets)}}, {}, {}, {}};
  inputs.choices.set("rows/*/y/*", ChoiceValue::ragged(Array::from(y), Array::from(offsets)));
  for (Mapping mapping : allMappings) {
    Outcome outcome = compile("table_within_rows", Precision::f64, mapping).run("gradient(s, w)", inputs);
    for (int64_t k = 0; k < 4; ++k) // a handful of roundings of numbers below 10
      EXPECT_NEAR(at(outcome.argumentGradients["s"], k), ofS[k], 1e-14) << mappingName(mapping) << " " << k;
    for (int64_t row = 0; row < 3; ++row)
      EXPECT_NEAR(at(outcome.argumentGradients["w"], row), ofW[row], 1e-14)
          << mappingName(mapping) << " " << row;
  }
}

/// Sums that are held in registers.
TEST(RowsInPlace, OfAFewElements) {
  const std::vector<double> s{0.25, -0.5, 1, 2}, x{1, 0.5, 2, -0.25}, y{0.5, 0.75, -1, 3};
  const Array offsets = Array::from<int64_t>({0, 3, 3, 4});
  Inputs inputs{{{"s", Array::from(s)}, {"offsets", offsets}}, {}, {}, {}};
  inputs.choices.set("rows/*/x/*", ChoiceValue::ragged(Array::from(x), offsets));
  inputs.choices.set("rows/*/y/*", ChoiceValue::ragged(Array::from(y), offsets));
  for (Mapping mapping : allMappings) {
    Array gradient =
        compile("rows_of_four", Precision::f64, mapping).run("gradient(s)", inputs).argumentGradients["s"];
    for (int64_t k = 0; k < 4; ++k)
      EXPECT_EQ(at(gradient, k), x[k] + y[k] - 2 * s[k]) << mappingName(mapping) << " " << k; // exact in f64
  }
}

/// A vector that is as long as the row, in a plate without another one.
TEST(RowsInPlace, OfAVectorInAPlate) {
  std::vector<int64_t> offsets{0};
  for (int64_t row = 0; row < 21; ++row) // whole vectors of lanes and a tail
    offsets.push_back(offsets.back() + row % 4);
  Inputs inputs{{{"s", Array::zeros(ElementType::f64, {offsets.back()})}, {"offsets", Array::from(offsets)}},
                {},
                {{"rows/*/m", std::vector<double>(21, 0.25)}},
                {}};
  double expected = 0;
  for (int64_t row = 0; row < 21; ++row)
    expected -= std::pow(0.25 - 0.5 * static_cast<double>(row % 4), 2) / 2 + 0.91893853320467274;
  for (Mapping mapping : allMappings) {
    Array score = compile("means_of_rows", Precision::f64, mapping).run("assess()", inputs).score;
    EXPECT_NEAR(*score.values<double>(), expected, 1e-12 * std::fabs(expected))
        << mappingName(mapping); // 21 terms
  }
}

/// Also where each instance has values of its own.
TEST(RowsInPlace, ValuesOfOtherRowsAreRefused) {
  const Array four = Array::zeros(ElementType::f64, {4, 2}), offsets = Array::from<int64_t>({0, 3, 4});
  Inputs inputs{{{"s", Array::zeros(ElementType::f64, {4})}, {"offsets", offsets}}, {}, {}, {}};
  RunOptions two;
  two.instances = 2;
  auto run = [&](const Array &own) {
    inputs.choices = {{"rows/*/x/*", ChoiceValue::ragged(four, offsets)},
                      {"rows/*/y/*", ChoiceValue::ragged(four, own)}};
    return compile("rows_of_four").run("assess()", inputs, two).score;
  };
  EXPECT_NEAR(at(run(offsets), 1), -8 * 0.91893853320467274, 1e-14); // eight terms of 1 ulp
  try {
    run(Array::from<int64_t>({0, 1, 4}));
    FAIL();
  } catch (const Error &error) {
    EXPECT_STREQ(error.what(),
                 "address 'rows/*/y/*': expected values with the offsets of the arguments, got others");
  }
}

/// Lanes that add to the same element come one after the other; an index out of range reads within the array.
TEST(RunTimeIndices, GradientOfAGather) {
  for (Mapping mapping : {Mapping::single, Mapping::instances, Mapping::elements}) {
    Program program = compile("groups", Precision::f64, mapping);
    std::vector<int64_t> groups(37);
    std::vector<double> y(37), expected(5);
    for (size_t i = 0; i < groups.size(); ++i) {
      groups[i] = static_cast<int64_t>(i * i % 5);
      y[i] = 0.25 * static_cast<double>(i);
      expected[groups[i]] += y[i] - 0.5 * static_cast<double>(groups[i]);
    }
    Inputs inputs{{{"g", Array::from<int64_t>(groups)}, {"t", Array::from<double>({0, 0.5, 1, 1.5, 2})}},
                  {},
                  {{"y/*", y}},
                  {}};
    Array gradient = program.run("gradient(t)", inputs).argumentGradients["t"];
    for (int64_t k = 0; k < 5; ++k)
      EXPECT_NEAR(gradient.values<double>()[k], expected[k], 1e-12 * (1 + std::fabs(expected[k])));
    groups[3] = 400000000;
    groups[36] = -1;
    inputs.arguments["g"] = Array::from<int64_t>(groups);
    EXPECT_TRUE(std::isfinite(*program.run("gradient(t)", inputs).score.values<double>()));
  }
}

TEST(RunTimeIndices, AnEmptyTableIsRefused) {
  Inputs inputs{{{"g", Array::from<int64_t>({1})}, {"t", Array::zeros(ElementType::f64, {0})}}, {}, {}, {}};
  inputs.choices.set("y/*", std::vector<double>{0.5});
  try {
    compile("groups").run("assess()", inputs);
    FAIL();
  } catch (const Error &error) {
    EXPECT_THAT(error.what(), HasSubstr("expected sizes 1 <= t.0, got 1 and 0"));
  }
}

/// The gradient goes where the value was read: to the last element.
TEST(RunTimeIndices, OutOfRangeInRegisters) {
  Inputs inputs{
      {{"x", Array::from<double>({1, 1, 2})}, {"k", Array::scalar(int64_t(7))}}, {}, {{"y", 1.0}}, {}};
  Array gradient = compile("one_element").run("gradient(x)", inputs).argumentGradients["x"];
  EXPECT_EQ(at(gradient, 0), 0);
  EXPECT_NEAR(at(gradient, 2), (1 - std::log(2.0)) / 2, 1e-12);
}

/// A computed index that the compiler folds to a constant is out of range like any other.
TEST(RunTimeIndices, FoldedToConstants) {
  for (bool optimise : {true, false}) {
    Model model = Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/hard.mlir", "folded_index");
    Program program(model, {.real = Precision::f64, .optimise = optimise});
    std::vector<double> memory{0.5, 1e300, 1e300, 1e300};
    Inputs inputs{
        {{"x", Array::view(memory.data(), ElementType::f64, {1})}, {"r", Array::from<double>({7, 0})}},
        {},
        {},
        {}};
    EXPECT_EQ(program.run("simulate()", inputs).returnValue.at({}), 1.5);
  }
}

/// The index of a plate that was an integer in between is still the plate's.
TEST(RunTimeIndices, OfAPlateAreCheckedThroughCasts) {
  Inputs inputs{{{"x", Array::from<double>({1})}, {"n", Array::zeros(ElementType::f64, {2})}}, {}, {}, {}};
  inputs.choices.set("y/*", std::vector<double>{0.5, 0.5});
  try {
    compile("cast_index").run("assess()", inputs);
    FAIL();
  } catch (const Error &error) {
    EXPECT_THAT(error.what(), HasSubstr("expected sizes n.0 <= x.0, got 2 and 1"));
  }
}

/// Of a leaf [n][1][instance], the instance is the index that a slice takes, not the dimension of size 1.
TEST(UnitDimensions, DoNotHideTheInstance) {
  Program program = compile("unit_plate", Precision::f64, Mapping::instances);
  Inputs inputs{{{"x", Array::zeros(ElementType::f64, {2})}}, {}, {}, {}};
  Array flags = Array::zeros(ElementType::boolean, {2, 1, 3});
  flags.values<bool>()[1] = flags.values<bool>()[4] = flags.values<bool>()[5] = true;
  inputs.choices.set("p/*/q/*", ChoiceValue(flags));
  RunOptions options;
  options.instances = 3;
  Array score = program.run("assess()", inputs, options).score;
  double yes = std::log(0.25), no = std::log(0.75);
  EXPECT_NEAR(at(score, 0), 2 * no, 1e-12);
  EXPECT_NEAR(at(score, 1), 2 * yes, 1e-12);
  EXPECT_NEAR(at(score, 2), yes + no, 1e-12);
}

/// Each element of the parameter belongs to one element of a plate: its gradient is a stack, and is still
/// added.
TEST(ParameterGradients, OfAPlateAreAccumulated) {
  Program program = compile("weights");
  Inputs inputs{{{"x", Array::zeros(ElementType::f64, {2})}},
                {{"weights/w", Array::from<double>({1, 2})}},
                {{"y/*", std::vector<double>{1.5, 4}}},
                {}};
  RunOptions options;
  options.scale = 0.5;
  options.accumulators["weights/w"] = Array::from<double>({10, 20});
  program.run("gradient(w)", inputs, options);
  EXPECT_EQ(at(options.accumulators["weights/w"], 0), 10.25);
  EXPECT_EQ(at(options.accumulators["weights/w"], 1), 21);
}

TEST(Names, MeanOneThing) {
  Inputs inputs{{{"theta", Array::scalar(0.0)}}, {{"shadow/theta", Array::scalar(0.0)}}, {{"x", 1.0}}, {}};
  Program program = compile("shadow");
  try {
    program.run("gradient(theta)", inputs);
    FAIL();
  } catch (const Error &error) {
    EXPECT_THAT(error.what(),
                HasSubstr("'theta' stands for more than one of a choice, an argument and a parameter"));
  }
  EXPECT_EQ(program.run("gradient(shadow/theta)", inputs).parameterGradients["shadow/theta"].at({}), 1);
}

} // namespace

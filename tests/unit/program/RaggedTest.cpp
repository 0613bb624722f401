// Ragged plates end to end: models traced from C++, whose numbers are those of plain loops over their rows.
#include "codegen/Trace.h"
#include "runtime/Error.h"
#include "runtime/Executor.h"
#include "tests/unit/program/RaggedModels.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace genfuse;
using namespace genfuse::models;
using testing::HasSubstr;

namespace {

/// Rows of every kind: none, empty ones only, one element, empty ones around others, longer than a vector and
/// than a tile of a sum (1024).
const std::vector<Ends> shapes = {{0},       {0, 0, 0},          {0, 1},
                                  {0, 2, 3}, {0, 0, 3, 3, 5, 5}, {0, 40, 41, 2100, 2117}};

class RaggedProgram : public testing::TestWithParam<cases::Setting> {
protected:
  const cases::Setting &setting = GetParam();
  Ends ends;
  int64_t rows = 0, total = 0;
  std::set<int64_t> instances = {0, std::max<int64_t>(setting.instances, 1) - 1};
  /// That of the cases: 1e-9 in double, 2e-5 in float.
  double tolerance = setting.real == Precision::f64 ? 1e-9 : 2e-5;

  template <class F> void everyShape(const F &body) {
    for (const Ends &shape : shapes) {
      ends = shape;
      rows = static_cast<int64_t>(ends.size()) - 1;
      total = ends.back();
      SCOPED_TRACE("ends " + testing::PrintToString(ends));
      body();
    }
  }

  Program &program(Model (*model)()) {
    static std::map<std::string, Program> programs;
    std::string key = cases::name(setting) + model().name();
    auto known = programs.find(key);
    if (known == programs.end())
      known = programs.emplace(key, Program(model(), cases::optionsOf(setting))).first;
    return known->second;
  }

  RunOptions options(uint64_t seed = 0) {
    RunOptions result;
    result.instances = std::max<int64_t>(setting.instances, 1);
    result.seed = seed;
    return result;
  }

  /// A sum of terms: to the tolerance times 1 + the sum of their absolute values.
  void expectSum(double wanted, double size, const Array &got, int64_t b, const char *what) {
    EXPECT_NEAR(instanceOf(got, 1, b)[0], wanted, tolerance * size) << what << " of instance " << b;
  }
  /// Derivatives: to the tolerance times the largest one.
  void expectDerivatives(const Numbers &wanted, const Array &got, int64_t b, const char *what) {
    ASSERT_TRUE(got.defined()) << what;
    ASSERT_EQ(got.elementCount(), static_cast<int64_t>(wanted.size()) * options().instances) << what;
    Numbers values = instanceOf(got, static_cast<int64_t>(wanted.size()), b);
    double largest = 1;
    for (double value : wanted)
      largest = std::max(largest, std::fabs(value));
    for (size_t i = 0; i < wanted.size(); ++i)
      EXPECT_NEAR(values[i], wanted[i], tolerance * largest) << what << " " << i << " of instance " << b;
  }
};

TEST_P(RaggedProgram, Assess) {
  everyShape([&] {
    Means data(ends);
    Outcome outcome = program(means).run("assess()", data.inputs(setting, false), options());
    for (int64_t b : instances) {
      MeansExpected expected(data.at(b, false));
      expectSum(expected.score, expected.size, outcome.score, b, "score");
      expectSum(expected.returnValue, expected.size, outcome.returnValue, b, "return value");
    }
  });
}

TEST_P(RaggedProgram, Gradient) {
  everyShape([&] {
    Means data(ends);
    Inputs inputs = data.inputs(setting, true);
    inputs.returnGradient = arrayOf({0.5}, {}, setting, false);
    if (setting.instances > 0)
      inputs.returnGradient = arrayOf(Numbers(setting.instances, 0.5), {setting.instances}, setting, false);
    Outcome outcome =
        program(means).run("gradient(mu, x, s, rows/*/m, rows/*/y/*; return)", inputs, options());
    for (int64_t b : instances) {
      MeansExpected expected(data.at(b, true), 0.5);
      expectSum(expected.score, expected.size, outcome.score, b, "score");
      expectDerivatives({expected.dmu}, outcome.argumentGradients["mu"], b, "mu");
      expectDerivatives(expected.dx, outcome.argumentGradients["x"], b, "x");
      expectDerivatives(expected.ds, outcome.argumentGradients["s"], b, "s");
      expectDerivatives(expected.dm, outcome.choiceGradients["rows/*/m"], b, "m");
      expectDerivatives(expected.dy, outcome.choiceGradients["rows/*/y/*"], b, "y");
    }
  });
}

/// Arguments that all instances share: their gradients are summed over instances.
TEST_P(RaggedProgram, GradientInSharedArguments) {
  everyShape([&] {
    Means data(ends);
    Outcome outcome = program(means).run("gradient(s, mu)", data.inputs(setting, false), options());
    Numbers wanted(total);
    double mean = 0, largest = 1;
    for (int64_t b = 0; b < options().instances; ++b) {
      MeansExpected expected(data.at(b, false));
      mean += expected.dmu;
      for (int64_t i = 0; i < total; ++i)
        wanted[i] += expected.ds[i], largest = std::max(largest, std::fabs(wanted[i]));
    }
    ASSERT_EQ(outcome.argumentGradients["s"].shape(), (Shape{total}));
    for (int64_t i = 0; i < total; ++i)
      EXPECT_NEAR(outcome.argumentGradients["s"].at({i}), wanted[i], tolerance * largest) << i;
    EXPECT_NEAR(outcome.argumentGradients["mu"].at({}), mean, tolerance * std::max(1.0, std::fabs(mean)));
  });
}

TEST_P(RaggedProgram, RowsOfVectorsAndSumsOfRows) {
  everyShape([&] {
    Totals data(ends);
    Outcome outcome =
        program(totals).run("gradient(w, X, rows/*/y/*, rows/*/total)", data.inputs(setting), options());
    for (int64_t b : instances) {
      TotalsExpected expected(data.at(b));
      expectSum(expected.score, expected.size, outcome.score, b, "score");
      expectDerivatives(expected.dw, outcome.argumentGradients["w"], b, "w");
      expectDerivatives(expected.dX, outcome.argumentGradients["X"], b, "X");
      expectDerivatives(expected.dy, outcome.choiceGradients["rows/*/y/*"], b, "y");
      expectDerivatives(expected.dtotal, outcome.choiceGradients["rows/*/total"], b, "total");
    }
  });
}

/// What simulate draws has the score that it says, and the same seed draws the same in one instance alone.
TEST_P(RaggedProgram, Simulate) {
  everyShape([&] {
    Means data(ends);
    Inputs inputs = data.inputs(setting, false);
    inputs.choices = {};
    Trace trace = program(means).simulate(inputs, options(7));
    Program alone(means(), {setting.real, "native", Mapping::single});
    Trace first = alone.simulate(inputs, {.seed = 7});
    for (int64_t b : instances) {
      Means drawn = data;
      drawn.m = instanceOf(trace.choices().at("rows/*/m"), rows, b);
      drawn.y = instanceOf(trace.choices().at("rows/*/y/*"), total, b);
      MeansExpected expected(drawn);
      expectSum(expected.score, expected.size, trace.score(), b, "score");
      ChoiceMap choices = trace.choiceMap(b);
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < ends[i + 1] - ends[i]; ++j) {
          std::string address = "rows/" + std::to_string(i) + "/y/" + std::to_string(j);
          EXPECT_EQ(choices.get(address).array().at({}), drawn.y[ends[i] + j]) << address;
        }
      if (b > 0)
        continue;
      EXPECT_EQ(drawn.m, instanceOf(first.choices().at("rows/*/m"), rows, 0));
      EXPECT_EQ(drawn.y, instanceOf(first.choices().at("rows/*/y/*"), total, 0));
    }
  });
}

/// The weight is the density of what is constrained, rows or elements of rows; the rest is drawn as simulate
/// does.
TEST_P(RaggedProgram, GenerateWithConstrainedLeaves) {
  everyShape([&] {
    Means data(ends);
    Inputs inputs = data.inputs(setting, false), none = inputs;
    none.choices = {};
    Trace free = program(means).simulate(none, options(3));
    for (const char *constrained : {"rows/*/m", "rows/*/y/*"}) {
      Inputs some = none;
      some.choices.set(constrained, inputs.choices.get(constrained));
      Trace trace = program(means).generate(some, options(3));
      bool elements = std::string(constrained) == "rows/*/y/*";
      for (int64_t b : instances) {
        Means seen = data.at(b, false);
        (elements ? seen.m : seen.y) = elements ? instanceOf(trace.choices().at("rows/*/m"), rows, b)
                                                : instanceOf(trace.choices().at("rows/*/y/*"), total, b);
        MeansExpected expected(seen);
        expectSum(expected.score, expected.size, trace.score(), b, "score");
        expectSum(elements ? expected.elements : expected.rows, expected.size, trace.weight(), b,
                  constrained);
        if (elements)
          EXPECT_EQ(seen.m, instanceOf(free.choices().at("rows/*/m"), rows, b));
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Settings, RaggedProgram, testing::ValuesIn(cases::settings()),
                         [](const auto &info) { return cases::name(info.param); });

} // namespace

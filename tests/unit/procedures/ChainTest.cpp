// Whole chains in one kernel: the posterior that algebra gives, the same bits for all threads and, where
// nothing is compared, all mappings; precision of what is carried.
#include "tests/unit/procedures/Procedures.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace genfuse;
using namespace genfuse::procedures;

namespace {

/// Mean and variance of a and b given the data: a Gaussian whose precision is 1 + sum x x' / 0.25 (Bishop,
/// "Pattern recognition and machine learning", 3.3.1).
struct Posterior {
  double mean[2], variance[2];
};

Posterior exact(const Inputs &inputs) {
  const Array &xs = inputs.arguments.at("xs"), &ys = inputs.arguments.at("ys");
  double p00 = 1, p01 = 0, p11 = 1, r0 = 0, r1 = 0;
  for (int64_t i = 0; i < xs.elementCount(); ++i) {
    const double x = at(xs, i), y = at(ys, i);
    p00 += 4, p01 += 4 * x, p11 += 4 * x * x, r0 += 4 * y, r1 += 4 * x * y;
  }
  const double determinant = p00 * p11 - p01 * p01;
  return {{(p11 * r0 - p01 * r1) / determinant, (p00 * r1 - p01 * r0) / determinant},
          {p11 / determinant, p00 / determinant}};
}

/// Moments over the second half of each chain.
void expectPosterior(const Array &samples, int64_t steps, int64_t chains, double mean, double variance,
                     double tolerance) {
  double sum = 0, squares = 0;
  for (int64_t t = steps / 2; t < steps; ++t)
    for (int64_t c = 0; c < chains; ++c) {
      const double value = at(samples, t * chains + c);
      sum += value, squares += value * value;
    }
  const double count = static_cast<double>((steps - steps / 2) * chains);
  EXPECT_NEAR(sum / count, mean, tolerance);
  EXPECT_NEAR(squares / count - sum * sum / count / count, variance, tolerance);
}

struct Setting {
  Precision real;
  int64_t points, chains;
  bool moments;
};

class Chains : public testing::TestWithParam<Setting> {};

/// The standard error of a mean of 100,000 nearly independent draws of deviation below 0.2 is 0.001; five of
/// them.
TEST_P(Chains, HaveThePosteriorAsTheirLimit) {
  const Setting setting = GetParam();
  const int64_t steps = setting.chains > 1 ? 1000 : 100000;
  const Inputs inputs =
      lineData(setting.points, setting.real == Precision::f32 ? ElementType::f32 : ElementType::f64);
  Program program(lineChain(steps), {.real = setting.real, .moments = setting.moments});
  const Outcome outcome = program.run("run()", inputs, {.seed = 3, .instances = setting.chains});
  const Posterior posterior = exact(inputs);
  expectPosterior(outcome.results.at("a"), steps, setting.chains, posterior.mean[0], posterior.variance[0],
                  0.005);
  expectPosterior(outcome.results.at("b"), steps, setting.chains, posterior.mean[1], posterior.variance[1],
                  0.005);
}

// 50 points fit in a few registers, 100 do not, 1,100 are more than a tile; 200 chains are no multiple of any
// width.
INSTANTIATE_TEST_SUITE_P(
    Procedures, Chains,
    testing::Values(Setting{Precision::f32, 50, 1, false}, Setting{Precision::f32, 100, 1, false},
                    Setting{Precision::f64, 50, 1, false}, Setting{Precision::f32, 50, 200, false},
                    Setting{Precision::f64, 20, 200, false}, Setting{Precision::f32, 50, 1, true},
                    Setting{Precision::f32, 50, 200, true}));

/// Sums of data formed once, against one pass over the data each time: log density and gradients in f64,
/// where what cancels of numbers below 1e4 leaves 1e-9; one position and many.
TEST(ProcedureChain, MomentsChangeNoNumber) {
  for (int64_t instances : {1, 40}) {
    Inputs inputs;
    const Inputs data = lineData(50, ElementType::f64);
    inputs.arguments["xs"] = data.arguments.at("xs");
    inputs.choices.set("y/*", data.arguments.at("ys"));
    for (const char *name : {"a", "b"}) {
      std::vector<double> values;
      for (int64_t i = 0; i < instances; ++i)
        values.push_back(0.37 * static_cast<double>(i % 13) - 1.5 * (*name == 'b'));
      inputs.choices.set(name, instances > 1 ? ChoiceValue(vectorOf(ElementType::f64, values))
                                             : ChoiceValue(values[0]));
    }
    auto run = [&](bool moments) {
      return Program(lineModel(), {.real = Precision::f64, .moments = moments})
          .run("gradient(a, b)", inputs, {.instances = instances});
    };
    const Outcome plain = run(false), formed = run(true);
    for (int64_t i = 0; i < instances; ++i) {
      EXPECT_NEAR(at(formed.score, i), at(plain.score, i), 1e-9);
      for (const char *name : {"a", "b"})
        EXPECT_NEAR(at(formed.choiceGradients.at(name), i), at(plain.choiceGradients.at(name), i), 1e-9);
    }
  }
}

/// What a chain reports of its last position is the log density there.
TEST(ProcedureChain, TheScoreIsThatOfThePosition) {
  for (int64_t points : {3, 50, 1100}) {
    const Inputs inputs = lineData(points, ElementType::f64);
    Program program(lineChain(20), {.real = Precision::f64});
    const Outcome outcome = program.run("run()", inputs, {.seed = 1});
    Inputs last;
    last.arguments["xs"] = inputs.arguments.at("xs");
    last.choices.set("y/*", inputs.arguments.at("ys"));
    for (const char *name : {"a", "b"})
      last.choices.set(name, at(outcome.results.at(name), 19));
    const double score = at(Program(lineModel(), {.real = Precision::f64}).run("assess()", last).score, 0);
    EXPECT_NEAR(at(outcome.results.at("score"), 0), score, 1e-9 * std::abs(score)) << points;
  }
}

TEST(ProcedureChain, ThreadsChangeNoBit) {
  Program program(lineChain(50));
  const Outcome alone = program.run("run()", lineData(50), {.seed = 9, .instances = 3000});
  for (int64_t threads : {2, 7}) {
    ThreadPool pool(threads);
    const Outcome other =
        program.run("run()", lineData(50), {.seed = 9, .instances = 3000, .executor = &pool});
    for (const auto &[name, array] : alone.results)
      EXPECT_TRUE(array == other.results.at(name)) << name << " with " << threads << " threads";
  }
}

/// Draws of a loop: the same for one chain, which makes those of 16 iterations at once, and among many.
TEST(ProcedureChain, DrawsDoNotDependOnTheMapping) {
  Model walk = procedure("walk", {"steps"}, [](Vector steps) {
    return Values{
        {"path",
         loop(steps.size(), Real(0.0), [&](Index t, const Real &place) {
           const Real next = place + steps[t] * sample(normal(0.0, 1.0));
           const Values more = standard_normal({{"v", steps}});
           return Step{next + 0.0 * dot(more, more), sample(uniform(0.0, 1.0)) + more.get<Vector>("v")[2]};
         }).kept}};
  });
  Inputs inputs;
  inputs.arguments["steps"] = vectorOf(ElementType::f32, std::vector<double>(37, 0.5));
  const Array alone = Program(walk).run("run()", inputs, {.seed = 4}).results.at("path");
  const Array many = Program(walk).run("run()", inputs, {.seed = 4, .instances = 70}).results.at("path");
  for (int64_t t = 0; t < 37; ++t)
    EXPECT_EQ(at(alone, t), at(many, t * 70)) << t;
  EXPECT_NE(at(many, 0), at(many, 1));
  EXPECT_NE(at(alone, 0), at(alone, 16));
}

/// In f32 a score of a million has steps of 0.06; what is added to it is kept.
TEST(ProcedureChain, ScoresStayWide) {
  Model far = gen("far", {"xs"}, [](Vector xs) {
    auto a = sample("a", normal(0.0, 1.0));
    map(
        "y", [&](Real x) { return normal(a * x, 0.001); }, elements(xs));
  });
  Model differences = procedure("differences", {"xs", "ys"}, [&](Vector xs, Vector ys) {
    const Density density(far, {{{"xs", xs}}, {{"y/*", ys}}});
    const Real start = density({{"a", 0.0}});
    auto [score, gain] =
        loop(4, std::tuple(start, Real(0.0)), [&](Index, const std::tuple<Real, Real> &state) {
          const Real next = std::get<0>(state) + 0.001;
          return std::tuple(next, next - start);
        });
    return Values{{"gain", gain}, {"score", score}};
  });
  Inputs inputs;
  inputs.arguments = {{"xs", vectorOf(ElementType::f32, {1, 2, 3})},
                      {"ys", vectorOf(ElementType::f32, {2, 1, 1})}};
  const Outcome outcome = Program(differences).run("run()", inputs);
  EXPECT_LT(at(outcome.results.at("score"), 0), -1e6);
  EXPECT_NEAR(at(outcome.results.at("gain"), 0), 0.004, 1e-6);
}

} // namespace

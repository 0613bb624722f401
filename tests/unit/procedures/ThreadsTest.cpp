// Sweeps within loops run in parts: the results are the same to the bit whoever runs them.
#include "tests/ReversedExecutor.h"
#include "tests/unit/procedures/Procedures.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace genfuse;
using namespace genfuse::procedures;

namespace {

constexpr int64_t count = 40000, columns = 5, steps = 6;

Model logistic() {
  return gen("logistic", {"xs", "w"}, [](Matrix xs, Vector w) {
    map(
        "y", [&](Vector x) { return bernoulli(logits = dot(x, w)); }, genfuse::rows(xs));
  });
}

/// Steps of gradient ascent on the log likelihood, and the score before the last of them.
Model ascent() {
  return procedure("ascent", {"xs", "ys", "w"}, [](Matrix xs, BoolVector ys, Vector w) {
    auto [end, score] =
        loop(int(steps), std::tuple(Values{{"w", w}}, Real(0.0)),
             [&](Index, const std::tuple<Values, Real> &state) {
               const Values &now = std::get<0>(state);
               const Graded graded =
                   gradient(logistic(), {{{"xs", xs}, {"w", now.get<Vector>("w")}}, {{"y/*", ys}}}, {"w"});
               return std::tuple(now + Real(1e-5) * graded.gradients, graded.score);
             });
    return end.with({{"score", score}});
  });
}

struct Data {
  Array xs = Array::zeros(ElementType::f32, {count, columns}),
        ys = Array::zeros(ElementType::boolean, {count}), w = Array::zeros(ElementType::f32, {columns});
  Data() {
    uint32_t state = 1;
    for (int64_t i = 0; i < count * columns; ++i) {
      state = state * 1664525u + 1013904223u;
      xs.values<float>()[i] = static_cast<float>(state >> 8) / 16777216.0f - 0.5f;
    }
    for (int64_t i = 0; i < count; ++i)
      ys.values<bool>()[i] = xs.values<float>()[i * columns] > 0.1f;
  }
};

Outcome run(const Program &program, const Data &data, Executor *executor) {
  Inputs inputs;
  inputs.arguments = {{"xs", data.xs}, {"ys", data.ys}, {"w", data.w}};
  RunOptions options;
  options.executor = executor;
  return program.run("run()", inputs, options);
}

/// The same steps from outside, each a call.
Data stepped(const Data &data, double &score) {
  const Program program(logistic());
  Data now = data;
  now.w = data.w.copy();
  for (int64_t step = 0; step < steps; ++step) {
    Inputs inputs;
    inputs.arguments = {{"xs", data.xs}, {"w", now.w}};
    inputs.choices.set("y/*", data.ys);
    const Outcome outcome = program.run("gradient(w)", inputs);
    score = at(outcome.score, 0);
    for (int64_t i = 0; i < columns; ++i)
      now.w.values<float>()[i] += 1e-5f * outcome.argumentGradients.at("w").values<float>()[i];
  }
  return now;
}

TEST(ProcedureThreads, RunTheSweepsOfALoop) {
  const Program program(ascent());
  const Data data;
  const Outcome alone = run(program, data, nullptr);
  Reversed reversed;
  ThreadPool two(2), seven(7);
  for (Executor *executor : std::initializer_list<Executor *>{&reversed, &two, &seven}) {
    const Outcome outcome = run(program, data, executor);
    EXPECT_EQ(at(outcome.results.at("score"), 0), at(alone.results.at("score"), 0));
    for (int64_t i = 0; i < columns; ++i)
      EXPECT_EQ(at(outcome.results.at("w"), i), at(alone.results.at("w"), i));
  }
  EXPECT_EQ(reversed.parts.size(), size_t(steps)); // one sweep a step
  EXPECT_GT(reversed.parts.front(), 1);
  // From outside, each step rounds the same sums to f32 once more: 2^-24 of w a step.
  double score = 0;
  const Data outside = stepped(data, score);
  EXPECT_NEAR(at(alone.results.at("score"), 0), score, 1e-6 * std::fabs(score));
  for (int64_t i = 0; i < columns; ++i)
    EXPECT_NEAR(at(alone.results.at("w"), i), at(outside.w, i), 1e-6);
}

/// Too little to share: the executor is not asked.
TEST(ProcedureThreads, LeaveSmallSweepsAlone) {
  Data data;
  Array few = Array::zeros(ElementType::f32, {100, columns}),
        labels = Array::zeros(ElementType::boolean, {100});
  data.xs = few;
  data.ys = labels;
  Reversed reversed;
  run(Program(ascent()), data, &reversed);
  EXPECT_TRUE(reversed.parts.empty());
}

} // namespace

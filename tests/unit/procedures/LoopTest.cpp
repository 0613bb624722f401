// What loops carry: matrices in memory, integers, truth values, what other loops computed; runs of gradient
// steps.
#include "tests/unit/procedures/Procedures.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

using namespace genfuse;
using namespace genfuse::procedures;

namespace {

Array numbers(Shape shape, uint32_t state = 1) {
  Array array = Array::zeros(ElementType::f32, std::move(shape));
  for (int64_t i = 0; i < array.elementCount(); ++i) {
    state = state * 1664525u + 1013904223u;
    array.values<float>()[i] = static_cast<float>(state >> 8) / 16777216.0f - 0.5f;
  }
  return array;
}

Model softmax() {
  return gen("softmax", {"xs"}, [](Matrix xs) {
    auto W = param("W", {10, xs.cols()});
    map(
        "image", [&](Vector x) { return categorical(logits = matvec(W, x)); }, rows(xs));
  });
}

/// A run of steps in one kernel is the same steps from outside, each a call.
TEST(ProcedureLoop, ARunOfGradientStepsIsTheStepsOneByOne) {
  constexpr int64_t images = 70, pixels = 33, steps = 6;
  Model ascent = procedure("ascent", {"xs", "labels", "W"}, [](Matrix xs, IntVector labels, Matrix W) {
    auto [weights, score] =
        loop(int(steps), std::tuple(Values{{"softmax/W", W}}, Real(0.0)),
             [&](Index, const std::tuple<Values, Real> &state) {
               const Graded graded = gradient(
                   softmax(), {{{"xs", xs}}, {{"image/*", labels}}, std::get<0>(state)}, {"softmax/W"});
               return std::tuple(std::get<0>(state) + Real(0.01) * graded.gradients, graded.score);
             });
    return Values{{"W", weights.get<Matrix>("softmax/W")}, {"score", score}};
  });
  const Array xs = numbers({images, pixels});
  Array labels = Array::zeros(ElementType::i64, {images}), W = numbers({10, pixels}, 5);
  for (int64_t i = 0; i < images; ++i)
    labels.values<int64_t>()[i] = i * i % 10;
  Inputs whole;
  whole.arguments = {{"xs", xs}, {"labels", labels}, {"W", W}};
  const Outcome inside = Program(ascent).run("run()", whole);

  Program single(softmax());
  Array weights = W.copy();
  double score = 0;
  for (int64_t step = 0; step < steps; ++step) {
    Inputs inputs;
    inputs.arguments["xs"] = xs;
    inputs.parameters["softmax/W"] = weights;
    inputs.choices.set("image/*", labels);
    const Outcome outcome = single.run("gradient(softmax/W)", inputs);
    score = at(outcome.score, 0);
    const Array &gradients = outcome.parameterGradients.at("softmax/W");
    for (int64_t i = 0; i < weights.elementCount(); ++i)
      weights.values<float>()[i] += 0.01f * gradients.values<float>()[i];
  }
  EXPECT_NEAR(at(inside.results.at("score"), 0), score, 1e-5 * std::abs(score));
  for (int64_t i = 0; i < weights.elementCount(); ++i)
    EXPECT_NEAR(at(inside.results.at("W"), i), weights.values<float>()[i], 2e-6)
        << i; // f32: a few units of 0.5
}

/// Steps over batches of data in memory, one after the other, for some epochs; the last batch is taken where
/// data end.
TEST(ProcedureLoop, StepsOverBatches) {
  constexpr int64_t images = 70, pixels = 9, batch = 20, epochs = 2;
  Model descent = procedure("descent", {"xs", "labels", "W"}, [](Matrix xs, IntVector labels, Matrix W) {
    auto step = [&](Index i, const Values &weights) {
      const Index first = i * 20;
      const Given given{{{"xs", take(xs, first, 20)}}, {{"image/*", take(labels, first, 20)}}, weights};
      return weights + Real(0.01) * gradient(softmax(), given, {"softmax/W"}).gradients;
    };
    const Values last = loop(int(epochs), Values{{"softmax/W", W}},
                             [&](Index, const Values &weights) { return loop(4, weights, step); });
    return Values{{"W", last.get<Matrix>("softmax/W")}};
  });
  const Array xs = numbers({images, pixels});
  Array labels = Array::zeros(ElementType::i64, {images}), weights = numbers({10, pixels}, 5);
  for (int64_t i = 0; i < images; ++i)
    labels.values<int64_t>()[i] = i * i % 10;
  Inputs whole;
  whole.arguments = {{"xs", xs}, {"labels", labels}, {"W", weights.copy()}};
  const Outcome inside = Program(descent).run("run()", whole);

  Program single(softmax());
  for (int64_t step = 0; step < 4 * epochs; ++step) {
    const int64_t first = std::min(step % 4 * batch, images - batch);
    Inputs inputs;
    Array part = Array::zeros(ElementType::f32, {batch, pixels}),
          own = Array::zeros(ElementType::i64, {batch});
    std::copy_n(xs.values<float>() + first * pixels, batch * pixels, part.values<float>());
    std::copy_n(labels.values<int64_t>() + first, batch, own.values<int64_t>());
    inputs.arguments["xs"] = part;
    inputs.parameters["softmax/W"] = weights;
    inputs.choices.set("image/*", own);
    const Outcome outcome = single.run("gradient(softmax/W)", inputs);
    const Array &gradients = outcome.parameterGradients.at("softmax/W");
    for (int64_t i = 0; i < weights.elementCount(); ++i)
      weights.values<float>()[i] += 0.01f * gradients.values<float>()[i];
  }
  for (int64_t i = 0; i < weights.elementCount(); ++i)
    EXPECT_NEAR(at(inside.results.at("W"), i), weights.values<float>()[i], 2e-6)
        << i; // f32: a few units of 0.5
  // A batch that is larger than the data is an error of the call.
  whole.arguments["xs"] = numbers({7, pixels});
  EXPECT_THROW(Program(descent).run("run()", whole), std::exception);
}

/// Two matrices that change places, for one instance and for many; a count; a flag; an inner loop with what
/// the outer one carries.
TEST(ProcedureLoop, CarriesWhatItIsGiven) {
  Model turn = procedure("turn", {"A", "B", "count"}, [](Matrix A, Matrix B, Int count) {
    using State = std::tuple<Matrix, Matrix, Int, Bool>;
    auto [left, right, turns, odd] =
        loop(count, State(A, B, Int(0), Bool(false)), [](Index, const State &state) {
          const auto &[a, b, n, flag] = state;
          const Matrix grown = loop(2, a, [](Index, const Matrix &m) { return m + 1.0; });
          return State(b, grown, n + 1, !flag);
        });
    return Values{{"left", left}, {"right", right}, {"turns", turns}, {"odd", select(odd, Int(1), Int(0))}};
  });
  for (int64_t instances : {1, 21}) {
    Inputs inputs;
    inputs.arguments = {
        {"A", numbers({7, 9})}, {"B", numbers({7, 9}, 3)}, {"count", Array::scalar(int64_t(3))}};
    if (instances > 1)
      inputs.arguments["A"] = numbers({7, 9, instances});
    const Outcome outcome = Program(turn).run("run()", inputs, {.instances = instances});
    const Array &A = inputs.arguments["A"], &B = inputs.arguments["B"];
    // a b -> b a+2 -> a+2 b+2 -> b+2 a+4
    for (int64_t i = 0; i < A.elementCount(); ++i) {
      EXPECT_FLOAT_EQ(at(outcome.results.at("left"), i), at(B, i / instances) + 2);
      EXPECT_FLOAT_EQ(at(outcome.results.at("right"), i), at(A, i) + 4);
    }
    for (int64_t i = 0; i < instances; ++i) {
      EXPECT_EQ(at(outcome.results.at("turns"), i), 3);
      EXPECT_EQ(at(outcome.results.at("odd"), i), 1);
    }
  }
}

/// No iteration: what was handed in; nothing is kept.
TEST(ProcedureLoop, MayRunNotAtAll) {
  Model sums = procedure("sums", {"xs", "start"}, [](Vector xs, Real start) {
    auto run = loop(xs.size(), start, [&](Index i, const Real &sum) {
      const Real next = sum + xs[i];
      return Step{next, next};
    });
    return Values{{"sum", run.last}, {"partial", run.kept}};
  });
  Inputs inputs;
  inputs.arguments = {{"xs", vectorOf(ElementType::f32, {})}, {"start", Array::scalar(2.5f)}};
  Outcome outcome = Program(sums).run("run()", inputs);
  EXPECT_EQ(at(outcome.results.at("sum"), 0), 2.5);
  EXPECT_EQ(outcome.results.at("partial").elementCount(), 0);
  inputs.arguments["xs"] = vectorOf(ElementType::f32, {1, 2, 4});
  outcome = Program(sums).run("run()", inputs);
  EXPECT_EQ(at(outcome.results.at("sum"), 0), 9.5);
  EXPECT_EQ(at(outcome.results.at("partial"), 1), 5.5);
}

/// A step of a particle filter: draws and weights of an operation within a procedure, by hand from the draws.
TEST(ProcedureLoop, AppliesOperationsThatDraw) {
  Model moved = gen("moved", {"previous"}, [](Real previous) {
    auto x = sample("x", normal(0.9 * previous, 0.5));
    sample("y", normal(x, 0.7));
  });
  Model weigh = procedure("weigh", {"previous", "y"}, [&](Real previous, Real y) {
    const Values drawn = apply(moved, "generate(y)", {{{"previous", previous}}, {{"y", y}}},
                               {wanted<Real>("choice x"), wanted<Real>("weight")});
    const Values again =
        apply(moved, "generate(y)", {{{"previous", previous}}, {{"y", y}}}, {wanted<Real>("choice x")});
    return Values{{"x", drawn.get<Real>("choice x")},
                  {"weight", drawn.get<Real>("weight")},
                  {"other", again.get<Real>("choice x")}};
  });
  constexpr int64_t particles = 5000;
  Inputs inputs;
  inputs.arguments = {{"previous", numbers({particles})}, {"y", Array::scalar(0.3f)}};
  const Outcome outcome = Program(weigh).run("run()", inputs, {.seed = 2, .instances = particles});
  double sum = 0, squares = 0, products = 0;
  for (int64_t i = 0; i < particles; ++i) {
    const double x = at(outcome.results.at("x"), i), z = (0.3 - x) / 0.7;
    EXPECT_NEAR(at(outcome.results.at("weight"), i), -0.5 * z * z - std::log(0.7) - 0.9189385332046727, 2e-5);
    const double mean = 0.9 * at(inputs.arguments["previous"], i);
    const double e = (x - mean) / 0.5, f = (at(outcome.results.at("other"), i) - mean) / 0.5;
    sum += e, squares += e * e, products += e * f;
  }
  // Standard errors of 5,000 draws: 0.014 of the mean and of the product, 0.02 of the square; five of them.
  EXPECT_NEAR(sum / particles, 0, 0.07);
  EXPECT_NEAR(squares / particles, 1, 0.1);
  EXPECT_NEAR(products / particles, 0, 0.07) << "two applications share their numbers";
}

} // namespace

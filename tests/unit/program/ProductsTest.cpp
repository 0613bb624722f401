// Large products are handed to a GEMM library: the numbers are those of generated loops, whoever runs the
// parts.
#include "codegen/Program.h"
#include "frontend/genfuse.h"
#include "tests/ErrorOf.h"
#include "tests/ReversedExecutor.h"
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace genfuse;
using testing::HasSubstr;
using testing::Not;

namespace {

/// Two hidden layers over the rows of xs, of odd sizes.
Model network(int64_t inputs = 7, int64_t width = 5, int64_t second = 6) {
  return gen("network", {"xs"}, [=](Matrix xs) {
    const auto W = param("W", {width, inputs});
    const auto b = param("b", {width});
    const auto U = param("U", {second, width});
    const auto V = param("V", {3, second});
    map(
        "row",
        [&](Vector x) {
          const Vector hidden = tanh(matvec(U, tanh(matvec(W, x) + b)));
          sample("y", categorical(logits = matvec(V, hidden)));
        },
        rows(xs));
  });
}

const std::string all = "gradient(W, b, U, V)";

Array numbers(ElementType type, Shape shape, uint32_t state) {
  Array array = Array::zeros(type, std::move(shape));
  for (int64_t i = 0; i < array.elementCount(); ++i) {
    state = state * 1664525u + 1013904223u;
    const float value = static_cast<float>(state >> 8) / 16777216.0f - 0.5f;
    if (type == ElementType::f32)
      array.values<float>()[i] = value;
    else
      array.values<double>()[i] = value;
  }
  return array;
}

Inputs inputsOf(ElementType type, int64_t n, int64_t inputs = 7, int64_t width = 5, int64_t second = 6) {
  Inputs result;
  result.arguments = {{"xs", numbers(type, {n, inputs}, 1)}};
  result.parameters = {{"network/W", numbers(type, {width, inputs}, 2)},
                       {"network/b", numbers(type, {width}, 3)},
                       {"network/U", numbers(type, {second, width}, 4)},
                       {"network/V", numbers(type, {3, second}, 5)}};
  Array labels = Array::zeros(ElementType::i64, {n});
  for (int64_t i = 0; i < n; ++i)
    labels.values<int64_t>()[i] = i * i % 3;
  result.choices.set("row/*/y", labels);
  return result;
}

CompileOptions options(Precision real, int64_t gemmSize) {
  CompileOptions result;
  result.real = real;
  result.gemmSize = gemmSize;
  return result;
}

double at(const Array &array, int64_t i) {
  return array.type() == ElementType::f32 ? array.values<float>()[i] : array.values<double>()[i];
}

/// Differences relative to the largest element of each array.
void expectNear(const Outcome &got, const Outcome &wanted, double tolerance) {
  EXPECT_NEAR(at(got.score, 0), at(wanted.score, 0), tolerance * (1 + std::abs(at(wanted.score, 0))));
  for (const auto &[name, array] : wanted.parameterGradients) {
    const Array &other = got.parameterGradients.at(name);
    ASSERT_EQ(other.elementCount(), array.elementCount()) << name;
    double largest = 0;
    for (int64_t i = 0; i < array.elementCount(); ++i)
      largest = std::max(largest, std::abs(at(array, i)));
    for (int64_t i = 0; i < array.elementCount(); ++i)
      ASSERT_NEAR(at(other, i), at(array, i), tolerance * largest) << name << " " << i;
  }
}

int64_t callsIn(const std::string &text, const std::string &callee) {
  int64_t count = 0;
  for (size_t found = text.find("call @" + callee); found != std::string::npos;
       found = text.find("call @" + callee, found + 1))
    ++count;
  return count;
}

/// Gradients of handed-over products against those of generated loops.
void expectAlike(int64_t inputs, int64_t width, int64_t second, std::initializer_list<int64_t> rows) {
  const Model net = network(inputs, width, second);
  const Program loops(net, options(Precision::f64, 0)), wide(net, options(Precision::f64, 1)),
      narrow(net, options(Precision::f32, 1));
  for (int64_t n : rows) {
    SCOPED_TRACE(n);
    const Inputs exact = inputsOf(ElementType::f64, n, inputs, width, second);
    const Outcome wanted = loops.run(all, exact);
    // Sums of 1500 terms in another order: some 40 units of the last place of f64; of f32 as in tiles of
    // 1024.
    expectNear(wide.run(all, exact), wanted, 1e-14);
    expectNear(narrow.run(all, inputsOf(ElementType::f32, n, inputs, width, second)), wanted, 4e-6);
  }
}

TEST(Products, AreThoseOfGeneratedLoops) {
  // 1500 rows are more than one tile of a sum, 130 more than a block of rows.
  expectAlike(7, 5, 6, {0, 1, 7, 130, 1500});
}

/// Vectors of a register and more go through memory by blocks, which overlap if registers do not divide them.
TEST(Products, OfVectorsInBlocks) {
  expectAlike(21, 37, 19, {0, 1, 15, 130});
  expectAlike(16, 64, 32, {33});
}

TEST(Products, EachIsACall) {
  // Forward W x, U h, V k; backward to h and to k (none to x); four outer products but for b.
  const std::string text = Program(network(), options(Precision::f64, 1)).emit("lowered", all);
  EXPECT_EQ(callsIn(text, "gf_gemm_f64"), 3 + 2 + 3);
  EXPECT_EQ(callsIn(Program(network(), options(Precision::f64, 0)).emit("lowered", all), "gf_gemm"), 0);
  // Small numbers are those of the short side too: W is 5 x 7, U 6 x 5, V 3 x 6.
  EXPECT_EQ(callsIn(Program(network(), options(Precision::f64, 3)).emit("lowered", all), "gf_gemm"), 8);
  EXPECT_EQ(callsIn(Program(network(), options(Precision::f64, 5)).emit("lowered", all), "gf_gemm"), 5);
  EXPECT_EQ(callsIn(Program(network(), options(Precision::f64, 6)).emit("lowered", all), "gf_gemm"), 0);
}

TEST(Products, TheMeasuredSizeDecides) {
  auto calls = [](int64_t inputs, int64_t width, int64_t second, bool optimise = true) {
    CompileOptions options{.real = Precision::f64};
    options.optimise = optimise;
    return callsIn(Program(network(inputs, width, second), options).emit("lowered", "gradient(W)"),
                   "gf_gemm");
  };
  ASSERT_EQ(measuredGemmSize, 512 * 512);
  EXPECT_EQ(calls(512, 512, 33), 2) << "W x and the gradient";
  EXPECT_EQ(calls(511, 512, 33), 0) << "261632 elements";
  EXPECT_EQ(calls(63, 4096, 64), 2) << "U h and U' g";
  EXPECT_EQ(calls(9000, 32, 33), 0) << "vectors of 32 live in registers";
  EXPECT_EQ(calls(512, 512, 33, /*optimise=*/false), 0);
}

TEST(Products, OfManyInstancesAreNot) {
  const Program program(network(), options(Precision::f32, 1));
  EXPECT_EQ(callsIn(program.emit("lowered", all, Mapping::instances), "gf_gemm"), 0);
  EXPECT_EQ(callsIn(program.emit("cuda", all), "gf_gemm"), 0);
}

TEST(Products, BitsDoNotDependOnThreads) {
  // 4000 rows of 300 * 40: more than 2 * 2^24 multiplications, so parts of the 4000 rows of W x, and of the
  // 300 columns of the gradient, whose sums have four tiles.
  const Inputs inputs = inputsOf(ElementType::f32, 4000, 300, 40, 5);
  const Program program(network(300, 40, 5), options(Precision::f32, 33));
  const Outcome alone = program.run(all, inputs);
  auto expectSame = [&](Executor &executor) {
    RunOptions run;
    run.executor = &executor;
    const Outcome other = program.run(all, inputs, run);
    EXPECT_TRUE(alone.score == other.score);
    for (const auto &[name, array] : alone.parameterGradients)
      EXPECT_TRUE(array == other.parameterGradients.at(name)) << name;
  };
  // Sums of 4000 terms, as in AreThoseOfGeneratedLoops.
  expectNear(alone,
             Program(network(300, 40, 5), options(Precision::f64, 0))
                 .run(all, inputsOf(ElementType::f64, 4000, 300, 40, 5)),
             4e-6);
  Reversed reversed;
  expectSame(reversed);
  ASSERT_GE(reversed.parts.size(), 3u) << "the product, the sweep, the gradient";
  EXPECT_GE(reversed.parts.front(), 2);
  EXPECT_GE(reversed.parts.back(), 2);
  for (int64_t threads : {1, 2, 7}) {
    ThreadPool pool(threads);
    expectSame(pool);
  }
}

TEST(Products, GradientsAreAddedToWhatIsThere) {
  const Program program(network(), options(Precision::f64, 1));
  const Inputs inputs = inputsOf(ElementType::f64, 9);
  const Outcome once = program.run(all, inputs);
  RunOptions run;
  run.scale = 0.5;
  run.accumulators = {{"network/W", numbers(ElementType::f64, {5, 7}, 9)}};
  const Array start = numbers(ElementType::f64, {5, 7}, 9);
  const Array added = program.run(all, inputs, run).parameterGradients.at("network/W");
  for (int64_t i = 0; i < added.elementCount(); ++i) // one rounding apart
    EXPECT_NEAR(at(added, i), at(start, i) + 0.5 * at(once.parameterGradients.at("network/W"), i), 1e-15);
}

TEST(Products, DrawsAreMadeOnce) {
  // The noise goes into the product and into the density that comes after it.
  Model noisy = gen("noisy", {"xs"}, [](Matrix xs) {
    const auto W = param("W", {4, 7});
    map(
        "row",
        [&](Vector x) {
          auto z = sample("z", normal(0.0, 1.0));
          const Vector h = tanh(matvec(W, x * z));
          sample("y", normal(sum(h) + z, 1.0));
        },
        rows(xs));
  });
  Inputs inputs;
  inputs.arguments = {{"xs", numbers(ElementType::f64, {37, 7}, 1)}};
  inputs.parameters = {{"noisy/W", numbers(ElementType::f64, {4, 7}, 2)}};
  RunOptions run;
  run.seed = 5;
  const Program loops(noisy, options(Precision::f64, 0)), handed(noisy, options(Precision::f64, 1));
  ASSERT_GT(callsIn(handed.emit("lowered", "simulate()"), "gf_gemm"), 0);
  const Outcome wanted = loops.run("simulate()", inputs, run), got = handed.run("simulate()", inputs, run);
  EXPECT_TRUE(got.choices.at("row/*/z") == wanted.choices.at("row/*/z"));
  EXPECT_NEAR(at(got.score, 0), at(wanted.score, 0), 1e-12 * std::abs(at(wanted.score, 0)));
  for (int64_t i = 0; i < 37; ++i) // h differs by units of the last place
    EXPECT_NEAR(at(got.choices.at("row/*/y"), i), at(wanted.choices.at("row/*/y"), i), 1e-14);
}

/// Three steps of gradient ascent on W of that network.
Model ascent(const Model &net) {
  return procedure(
      "ascent", {"xs", "ys", "W", "b", "U", "V"},
      [net](Matrix xs, IntVector ys, Matrix W, Vector b, Matrix U, Matrix V) {
        using State = std::tuple<Matrix, Real>;
        auto [last, score] = loop(3, State(W, Real(0.0)), [&](Index, const State &state) {
          const Graded graded = gradient(
              net,
              {{{"xs", xs}},
               {{"row/*/y", ys}},
               {{"network/W", std::get<0>(state)}, {"network/b", b}, {"network/U", U}, {"network/V", V}}},
              {"network/W"});
          return State(std::get<0>(state) + 0.01 * graded.gradients.get<Matrix>("network/W"), graded.score);
        });
        return Values{{"W", last}, {"score", score}};
      });
}

/// What `ascent` takes, from what a gradient takes.
Inputs argumentsOf(const Inputs &gradient) {
  Inputs inputs;
  inputs.arguments = gradient.arguments;
  for (const char *name : {"W", "b", "U", "V"})
    inputs.arguments[name] = gradient.parameters.at(std::string("network/") + name);
  inputs.arguments["ys"] = gradient.choices.get("row/*/y").array();
  return inputs;
}

TEST(Products, InLoops) {
  const Inputs inputs = argumentsOf(inputsOf(ElementType::f64, 130));
  const Program loops(ascent(network()), options(Precision::f64, 0)),
      handed(ascent(network()), options(Precision::f64, 1));
  ASSERT_GT(callsIn(handed.emit("lowered", "run()"), "gf_gemm"), 0);
  const Outcome wanted = loops.run("run()", inputs), got = handed.run("run()", inputs);
  EXPECT_NEAR(at(got.results.at("score"), 0), at(wanted.results.at("score"), 0), 1e-10);
  for (int64_t i = 0; i < 35; ++i) // as in AreThoseOfGeneratedLoops, three times
    EXPECT_NEAR(at(got.results.at("W"), i), at(wanted.results.at("W"), i), 1e-12);
}

TEST(Products, BitsOfLoopsDoNotDependOnThreads) {
  const Inputs inputs = argumentsOf(inputsOf(ElementType::f32, 4000, 300, 40, 5));
  const Program program(ascent(network(300, 40, 5)), options(Precision::f32, 33));
  ASSERT_GT(callsIn(program.emit("lowered", "run()"), "gf_gemm"), 0);
  const Outcome alone = program.run("run()", inputs);
  Reversed reversed;
  ThreadPool two(2), seven(7);
  for (Executor *executor : std::initializer_list<Executor *>{&reversed, &two, &seven}) {
    RunOptions run;
    run.executor = executor;
    const Outcome other = program.run("run()", inputs, run);
    EXPECT_TRUE(other.results.at("W") == alone.results.at("W"));
    EXPECT_TRUE(other.results.at("score") == alone.results.at("score"));
  }
  // In each of three steps W x, the sweep, and the gradient of W.
  EXPECT_EQ(reversed.parts.size(), 3 * 3u);
}

/// Work for three parts or so gives two of the same size; each has sums of its own, if they are not too
/// large.
TEST(Products, InLoopsAreCutInEvenNumbers) {
  auto partsOf = [](int64_t inputs, int64_t width) {
    const Program program(network(inputs, width, 5), options(Precision::f32, 0));
    const Inputs values = inputsOf(ElementType::f32, 512, inputs, width, 5);
    Reversed reversed;
    RunOptions run;
    run.executor = &reversed;
    const Outcome alone = program.run(all, values), cut = program.run(all, values, run);
    EXPECT_TRUE(cut.parameterGradients.at("network/W") == alone.parameterGradients.at("network/W"));
    return reversed.parts;
  };
  EXPECT_EQ(partsOf(784, 64), std::vector<int64_t>{2});
  EXPECT_EQ(partsOf(784, 256), std::vector<int64_t>{2});
  EXPECT_EQ(partsOf(784, 400), std::vector<int64_t>{}) << "more than 2^18 sums";
}

TEST(Products, SizesBelowZeroAreErrors) {
  EXPECT_EQ(errorOf([] { Program(network(), options(Precision::f64, -1)).run(all, {}); }),
            "expected a gemmSize of 0 or more, got -1");
}

TEST(Products, OfMatricesInTheModel) {
  Model whole = gen("whole", {"xs"}, [](Matrix xs) {
    const auto W = param("W", {4, 7});
    const Matrix table = matmul(xs, transpose(W));
    map(
        "row", [](Vector row) { sample("y", categorical(logits = row)); }, rows(table));
  });
  Inputs inputs;
  inputs.arguments = {{"xs", numbers(ElementType::f64, {33, 7}, 1)}};
  inputs.parameters = {{"whole/W", numbers(ElementType::f64, {4, 7}, 2)}};
  inputs.choices.set("row/*/y", Array::zeros(ElementType::i64, {33}));
  const Program loops(whole, options(Precision::f64, 0)), handed(whole, options(Precision::f64, 1));
  EXPECT_EQ(callsIn(handed.emit("lowered", "gradient(W)"), "gf_gemm"), 2);
  expectNear(handed.run("gradient(W)", inputs), loops.run("gradient(W)", inputs), 1e-13);
}

TEST(Products, StridedInputs) {
  // Rows of xs lie 9 apart, then in each other: BLAS takes the one, the library's own loops the other.
  const Program program(network(), options(Precision::f64, 1));
  const Array storage = numbers(ElementType::f64, {9 * 11}, 1);
  for (int64_t stride : {9, 2}) {
    Inputs strided = inputsOf(ElementType::f64, 11), packed = strided;
    strided.arguments["xs"] = Array::view(storage.data(), ElementType::f64, {11, 7}, {stride, 1});
    Array &copy = packed.arguments["xs"] = Array::zeros(ElementType::f64, {11, 7});
    for (int64_t i = 0; i < 11; ++i)
      for (int64_t j = 0; j < 7; ++j)
        copy.values<double>()[i * 7 + j] = storage.values<double>()[i * stride + j];
    expectNear(program.run(all, strided), program.run(all, packed), 1e-14);
  }
}

TEST(Products, ObjectsStandAlone) {
  const Program program(network(), options(Precision::f64, 1));
  EXPECT_THAT(program.emit("asm", all), HasSubstr("gf_gemm_f64"));
  const auto object = program.object(all);
  EXPECT_THAT(std::string(object.begin(), object.end()), Not(HasSubstr("gf_gemm")));
}

} // namespace

// Large work runs in parts: the results are the same to the bit whoever runs them, and those of the whole.
#include "codegen/Program.h"
#include "codegen/Trace.h"
#include "runtime/Error.h"
#include "tests/ReversedExecutor.h"
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace genfuse;
using testing::HasSubstr;

namespace {

Program compile(const std::string &file, const std::string &name, Precision real = Precision::f32,
                std::optional<Mapping> mapping = std::nullopt) {
  Model model = Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/" + file + ".mlir", name);
  return Program(model, {real, "native", mapping, 0});
}

/// Numbers in (0.25, 1.25) that no sum of is exact.
Array numbers(Precision real, Shape shape) {
  Array array = Array::zeros(real == Precision::f32 ? ElementType::f32 : ElementType::f64, shape);
  uint32_t state = 1;
  for (int64_t i = 0; i < array.elementCount(); ++i) {
    state = state * 1664525u + 1013904223u;
    const double value = 0.25 + (state >> 8) / 16777216.0;
    if (real == Precision::f32)
      array.values<float>()[i] = static_cast<float>(value);
    else
      array.values<double>()[i] = value;
  }
  return array;
}

void expectSame(const Arrays &left, const Arrays &right) {
  ASSERT_EQ(left.size(), right.size());
  for (const auto &[name, array] : left)
    EXPECT_TRUE(array == right.at(name)) << name;
}

void expectSame(const Outcome &left, const Outcome &right) {
  EXPECT_TRUE(left.score == right.score);
  EXPECT_TRUE(left.weight.defined() == right.weight.defined());
  if (left.weight.defined())
    EXPECT_TRUE(left.weight == right.weight);
  if (left.returnValue.defined())
    EXPECT_TRUE(left.returnValue == right.returnValue);
  expectSame(left.choices, right.choices);
  expectSame(left.choiceGradients, right.choiceGradients);
  expectSame(left.argumentGradients, right.argumentGradients);
  expectSame(left.parameterGradients, right.parameterGradients);
}

/// The outcome on the caller's thread, which every executor has to repeat. `parts`: the least number of parts
/// that some sweep is expected to have.
Outcome onAll(const Program &program, const std::string &request, const Inputs &inputs, int64_t instances,
              int64_t parts = 2) {
  RunOptions options;
  options.seed = 7;
  options.instances = instances;
  options.scale = 0.25;
  const Outcome alone = program.run(request, inputs, options);
  Reversed reversed;
  options.executor = &reversed;
  expectSame(alone, program.run(request, inputs, options));
  int64_t most = reversed.parts.empty() ? 1 : *std::max_element(reversed.parts.begin(), reversed.parts.end());
  EXPECT_GE(most, parts) << request;
  for (int64_t threads : {1, 2, 7}) {
    ThreadPool pool(threads);
    options.executor = &pool;
    for (int repeat = 0; repeat < 3; ++repeat)
      expectSame(alone, program.run(request, inputs, options));
  }
  return alone;
}

class Threads : public testing::TestWithParam<Precision> {};
INSTANTIATE_TEST_SUITE_P(Reals, Threads, testing::Values(Precision::f32, Precision::f64),
                         [](const auto &info) { return realName(info.param); });

Inputs regressionInputs(Precision real, int64_t n, int64_t d) {
  Inputs inputs;
  inputs.arguments = {{"xs", numbers(real, {n, d})}, {"w", numbers(real, {d})}};
  inputs.parameters = {
      {"regression/scale", real == Precision::f32 ? Array::scalar(0.5f) : Array::scalar(0.5)}};
  inputs.choices.set("y/*", numbers(real, {n}));
  return inputs;
}

TEST_P(Threads, SharedGradientsOfAPlate) {
  Program program = compile("threads", "regression", GetParam());
  for (int64_t n : {20000, 20001, 65535, 65536, 65537})
    onAll(
        program, "gradient(w, scale, xs, y/*; return)",
        [&] {
          Inputs inputs = regressionInputs(GetParam(), n, 21);
          inputs.returnGradient = numbers(GetParam(), {n});
          return inputs;
        }(),
        1);
}

TEST_P(Threads, SumsOfPartsAreSumsOfTheWhole) {
  const int64_t n = 40000, d = 19, piece = 800;
  Program program = compile("threads", "regression", GetParam());
  Inputs all = regressionInputs(GetParam(), n, d);
  Outcome whole = onAll(program, "gradient(w, scale)", all, 1);
  // Pieces that are too small for parts: their sums are added here.
  std::vector<double> w(d);
  double score = 0, scale = 0;
  for (int64_t from = 0; from < n; from += piece) {
    Inputs some = all;
    const ElementType type = all.arguments["xs"].type();
    const int64_t bytes = type == ElementType::f32 ? 4 : 8;
    char *xs = static_cast<char *>(all.arguments["xs"].data()) + from * d * bytes;
    Array ys = numbers(GetParam(), {n});
    some.arguments["xs"] = Array::view(xs, type, {piece, d});
    some.choices = {};
    some.choices.set("y/*", Array::view(static_cast<char *>(ys.data()) + from * bytes, type, {piece}));
    Reversed reversed;
    RunOptions options;
    options.executor = &reversed;
    Outcome part = program.run("gradient(w, scale)", some, options);
    EXPECT_TRUE(reversed.parts.empty());
    score += part.score.at({});
    scale += part.parameterGradients["regression/scale"].at({});
    for (int64_t i = 0; i < d; ++i)
      w[i] += part.argumentGradients["w"].at({i});
  }
  // Sums of 40,000 terms in f64; in f32 each of the 50 pieces is rounded (docs/testing.md).
  const double tolerance = GetParam() == Precision::f32 ? 1e-6 : 1e-12;
  EXPECT_NEAR(whole.score.at({}), score, tolerance * std::fabs(score));
  EXPECT_NEAR(whole.parameterGradients["regression/scale"].at({}), 0.25 * scale,
              tolerance * std::fabs(0.25 * scale));
  for (int64_t i = 0; i < d; ++i)
    EXPECT_NEAR(whole.argumentGradients["w"].at({i}), w[i], tolerance * std::fabs(w[i])) << i;
}

TEST_P(Threads, LargeAccumulators) {
  Program program = compile("digits", "digits", GetParam());
  Inputs inputs;
  inputs.arguments = {{"xs", numbers(GetParam(), {3000, 300})}};
  inputs.parameters = program.initialParameters(inputs.arguments);
  inputs.parameters["digit/W"] = numbers(GetParam(), {10, 300});
  std::vector<int64_t> labels(3000);
  for (size_t i = 0; i < labels.size(); ++i)
    labels[i] = i * i % 10;
  inputs.choices.set("image/*/y", labels);
  onAll(program, "gradient(digit/W, digit/b)", inputs, 1);
  onAll(program, "assess()", inputs, 1);
}

TEST_P(Threads, NestedPlatesUnderEveryMapping) {
  Inputs inputs{{{"s", numbers(GetParam(), {3001, 37})}}, {}, {}, {}};
  for (Mapping mapping : {Mapping::single, Mapping::elements}) {
    Program program = compile("threads", "nested", GetParam(), mapping);
    const int64_t instances = mapping == Mapping::single ? 1 : 3;
    inputs.choices = {};
    Outcome drawn = onAll(program, "simulate()", inputs, instances);
    onAll(
        program, "generate(mu, z/*)",
        [&] {
          Inputs some = inputs;
          some.choices.set("mu", drawn.choices["mu"]);
          some.choices.set("z/*", drawn.choices["z/*"]);
          return some;
        }(),
        instances);
    for (const auto &[name, array] : drawn.choices)
      inputs.choices.set(name, array);
    Outcome known = onAll(program, "assess()", inputs, instances);
    EXPECT_TRUE(known.score.shape() == drawn.score.shape());
    // Summed over instances the gradient of s is too large a sum for this little work to be cut.
    onAll(program, mapping == Mapping::single ? "gradient(mu, group/*/m, s)" : "gradient(mu, group/*/m)",
          inputs, instances);
  }
}

TEST_P(Threads, ManyInstances) {
  Program program = compile("cases", "M1p", GetParam());
  const Precision real = GetParam();
  for (int64_t instances : {32767, 32768, 60001}) {
    Inputs inputs;
    inputs.arguments = {{"a", real == Precision::f32 ? Array::scalar(0.5f) : Array::scalar(0.5)}};
    inputs.parameters = {{"M1p/theta", real == Precision::f32 ? Array::scalar(2.0f) : Array::scalar(2.0)}};
    onAll(program, "simulate()", inputs, instances);
    inputs.choices.set("y", numbers(real, {instances}));
    onAll(program, "generate(y)", inputs, instances);
    inputs.choices.set("x", numbers(real, {instances}));
    // `a` and `theta` are shared: their gradients are sums over the instances.
    onAll(program, "gradient(x, a, theta)", inputs, instances);
  }
}

TEST(ThreadsOnce, DrawsDoNotDependOnParts) {
  Program program = compile("cases", "M1p");
  Inputs inputs{{{"a", Array::scalar(0.5f)}}, {{"M1p/theta", Array::scalar(2.0f)}}, {}, {}};
  Array many = onAll(program, "simulate()", inputs, 200000).choices["x"];
  RunOptions few;
  few.seed = 7;
  few.instances = 100;
  Array some = program.run("simulate()", inputs, few).choices["x"];
  for (int64_t i = 0; i < 100; ++i)
    EXPECT_EQ(many.at({i}), some.at({i})) << i;
}

TEST(ThreadsOnce, NothingAndLittleAreNotCut) {
  Program plate = compile("threads", "regression");
  for (int64_t n : {0, 1, 15, 16, 17, 1000}) {
    Reversed reversed;
    RunOptions options;
    options.executor = &reversed;
    Inputs inputs = regressionInputs(Precision::f32, n, 3);
    EXPECT_TRUE(std::isfinite(plate.run("gradient(w, scale)", inputs, options).score.at({}))) << n;
    EXPECT_TRUE(reversed.parts.empty()) << n;
    onAll(plate, "gradient(w, scale)", inputs, 1, 1);
  }
  Program instances = compile("cases", "M1p");
  Inputs inputs{{{"a", Array::scalar(0.5f)}}, {{"M1p/theta", Array::scalar(2.0f)}}, {}, {}};
  EXPECT_EQ(onAll(instances, "simulate()", inputs, 0, 1).score.elementCount(), 0);
  onAll(instances, "simulate()", inputs, 31, 1);
}

TEST(ThreadsOnce, NoColumns) {
  onAll(compile("threads", "regression"), "gradient(w, scale)", regressionInputs(Precision::f32, 100000, 0),
        1, 1);
}

TEST(ThreadsOnce, ARangeOfInstancesIsComputedAlone) {
  Program program = compile("cases", "M1p", Precision::f64);
  const KernelHandle kernel = program.kernel("gradient(x, theta)", Mapping::instances);
  const int64_t n = 100000, begin = 1000, end = 90000;
  Array a = Array::scalar(0.5), theta = Array::scalar(2.0), x = numbers(Precision::f64, {n});
  Array score = Array::zeros(ElementType::f64, {n}), dx = score.copy(), dtheta = Array::scalar(0.0);
  // In the signature's order: argument, parameter, choices, score, gradients.
  std::vector<void *> pointers;
  std::vector<int64_t> dims, strides;
  for (const ArraySpec &spec : kernel.signature->arrays) {
    const Array &array = spec.role == Role::argument            ? a
                         : spec.role == Role::parameter         ? theta
                         : spec.role == Role::choice            ? x
                         : spec.role == Role::score             ? score
                         : spec.role == Role::choiceGradient    ? dx
                         : spec.role == Role::parameterGradient ? dtheta
                                                                : score;
    pointers.push_back(array.data());
    dims.insert(dims.end(), array.shape().begin(), array.shape().end());
    strides.insert(strides.end(), array.strides().begin(), array.strides().end());
  }
  gf_call call = {};
  call.abi_version = GF_ABI_VERSION;
  call.instances = n;
  call.begin = begin;
  call.end = end;
  call.scale = 1;
  call.workspace_bytes = kernel.workspace(dims.data(), &call);
  Array workspace = Array::zeros(ElementType::f64, {call.workspace_bytes / 8 + 8});
  call.workspace = workspace.data();
  ASSERT_EQ(kernel.run(pointers.data(), dims.data(), strides.data(), &call), GF_OK);
  EXPECT_EQ(score.at({begin - 1}), 0);
  EXPECT_NE(score.at({begin}), 0);
  EXPECT_NE(score.at({end - 1}), 0);
  EXPECT_EQ(score.at({end}), 0);
  double expected = 0;
  for (int64_t i = begin; i < end; ++i)
    expected += (x.at({i}) - 2 * x.at({i})) * x.at({i}) / 0.25;
  EXPECT_NEAR(dtheta.at({}), expected, 1e-9 * std::fabs(expected));
}

/// Leaves the last part out.
struct Forgetful : Executor {
  void run(int64_t parts, PartBody body) override {
    for (int64_t part = 0; part + 1 < parts; ++part)
      body(part);
  }
};

struct Throwing : Executor {
  void run(int64_t parts, PartBody) override { throw Error("no threads left"); }
};

std::string errorOf(Executor &executor) {
  Program program = compile("threads", "regression");
  RunOptions options;
  options.executor = &executor;
  try {
    program.run("gradient(w)", regressionInputs(Precision::f32, 100000, 10), options);
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

TEST(ThreadsOnce, ExecutorsThatFail) {
  Forgetful forgetful;
  EXPECT_THAT(errorOf(forgetful),
              HasSubstr("expected an executor that runs each part once, got 1 parts too few"));
  Throwing throwing;
  EXPECT_EQ(errorOf(throwing), "no threads left");
}

} // namespace

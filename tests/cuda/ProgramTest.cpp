// Kernels of models as CUDA text: no order of threads changes a bit, neighbouring threads touch neighbouring
// memory, and those of the benchmarks neither spill nor have a stack frame.
#include "codegen/Program.h"
#include "codegen/cuda/Nvrtc.h"
#include "runtime/Error.h"
#include "tests/cuda_host/EmulatedLoader.h"
#include "tests/cuda_host/Emulator.h"
#include <cstring>
#include <gmock/gmock.h>

namespace genfuse::cuda_test {
namespace {

using testing::HasSubstr;

struct Work {
  std::string name, file, function, request;
  Mapping mapping;
  int64_t instances;
};

/// The kernels of bench/: training on digits, one call and one instance a picture; the logistic regression
/// and the two of M1p of bench/threads; the update of bench/update.
std::vector<Work> benches() {
  return {{"digits", "digits", "digits", "gradient(digit/W, digit/b)", Mapping::single, 1},
          {"logistic", "threads", "logistic", "gradient(w)", Mapping::single, 1},
          {"simulate", "cases", "M1p", "simulate()", Mapping::instances, 100},
          {"gradient", "cases", "M1p", "gradient(x, theta)", Mapping::instances, 100},
          {"update", "changes", "local", "update(rows/[]/m)", Mapping::single, 1}};
}

Program programOf(const Work &work, int64_t threads, std::shared_ptr<CudaLoader> loader) {
  Model model =
      Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/" + work.file + ".mlir", work.function);
  return Program(model, {.mapping = work.mapping, .lanes = threads, .cuda = std::move(loader)});
}

Array numbers(Shape shape) {
  Array array = Array::zeros(ElementType::f32, std::move(shape));
  uint32_t state = 1;
  for (int64_t i = 0; i < array.elementCount(); ++i) {
    state = state * 1664525u + 1013904223u;
    array.values<float>()[i] = static_cast<float>(state >> 8) / 16777216.0f + 0.25f;
  }
  return array;
}

/// 1031 rows, a prime number: several parts, and a rest in each mapping.
Inputs inputsOf(const Work &work) {
  constexpr int64_t rows = 1031;
  Inputs inputs;
  if (work.name == "digits") {
    inputs.arguments["xs"] = numbers({rows, 17});
    inputs.parameters = {{"digit/W", numbers({10, 17})}, {"digit/b", numbers({10})}};
    Array labels = Array::zeros(ElementType::i64, {rows});
    for (int64_t i = 0; i < rows; ++i)
      labels.values<int64_t>()[i] = i * i % 10;
    inputs.choices.set("image/*/y", labels);
  } else if (work.name == "logistic") {
    inputs.arguments = {{"xs", numbers({rows, 9})}, {"w", numbers({9})}};
    Array labels = Array::zeros(ElementType::boolean, {rows});
    for (int64_t i = 0; i < rows; ++i)
      labels.values<bool>()[i] = i * i % 3 == 1;
    inputs.choices.set("y/*", labels);
  } else if (work.file == "cases") {
    inputs.arguments["a"] = Array::scalar(0.5f);
    inputs.parameters["M1p/theta"] = Array::scalar(2.0f);
    if (work.name == "gradient")
      for (const char *choice : {"x", "y"})
        inputs.choices.set(choice, numbers({work.instances}));
  } else {
    inputs.arguments = {{"s", numbers({rows})}, {"x", numbers({rows})}};
    inputs.choices.set("mu", Array::scalar(0.5f));
    for (const char *leaf : {"rows/*/m", "rows/*/y"})
      inputs.choices.set(leaf, numbers({rows}));
    inputs.elements["rows/[]"] = Array::from<int64_t>({3, 77, 1030});
    inputs.constraints["rows/[]/m"] = numbers({3});
  }
  return inputs;
}

Outcome runOn(const Work &work, const Program &program) {
  return program.run(work.request, inputsOf(work), {.seed = 5, .instances = work.instances});
}

void expectEqual(const Arrays &left, const Arrays &right, const std::string &what) {
  ASSERT_EQ(left.size(), right.size()) << what;
  for (const auto &[name, array] : left)
    EXPECT_TRUE(array == right.at(name)) << what << " " << name;
}

void expectEqual(const Outcome &left, const Outcome &right, const std::string &what) {
  EXPECT_TRUE(!left.score.defined() || left.score == right.score) << what;
  EXPECT_TRUE(!left.weight.defined() || left.weight == right.weight) << what;
  expectEqual(left.choices, right.choices, what);
  expectEqual(left.choiceGradients, right.choiceGradients, what);
  expectEqual(left.argumentGradients, right.argumentGradients, what);
  expectEqual(left.parameterGradients, right.parameterGradients, what);
}

/// The same bits in every order of threads and blocks, for groups of a thread, a warp and a block.
TEST(CudaProgram, NoOrderOfThreadsChangesABit) {
  auto loader = std::make_shared<cuda_host::EmulatedLoader>();
  for (const Work &work : benches())
    for (int64_t threads : {1, 32, 128}) {
      Program program = programOf(work, threads, loader);
      cuda_host::setOrder(cuda_host::Order::ascending);
      Outcome first = runOn(work, program);
      for (cuda_host::Order order : {cuda_host::Order::descending, cuda_host::Order::shuffled}) {
        cuda_host::setOrder(order);
        expectEqual(first, runOn(work, program), work.name + " " + std::to_string(threads));
      }
    }
  cuda_host::setOrder(cuda_host::Order::ascending);
}

/// Arrays of elements or instances are read and written in whole lines: a warp touches no line more than hold
/// its bytes, but for one where a row does not begin with a line.
TEST(CudaProgram, NeighbouringThreadsTouchNeighbouringMemory) {
  auto loader = std::make_shared<cuda_host::EmulatedLoader>(cuda_host::CompileOptions{.trace = true});
  auto expectWholeLines = [](const std::string &name) {
    auto sites = cuda_host::takeAccesses();
    EXPECT_FALSE(sites.empty()) << name;
    for (const cuda_host::AccessSite &site : sites)
      EXPECT_LE(site.lines, site.needed + site.requests) << name << ", line " << cuda_host::lineOf(site);
  };
  cuda_host::takeAccesses();
  for (const Work &work : benches())
    if (work.name == "simulate" || work.name == "gradient") {
      runOn(work, programOf(work, 32, loader));
      expectWholeLines(work.name);
    }
  // A plate of which a warp takes 32 elements at a time.
  Work plate{"plate", "cases", "PL", "gradient(mu)", Mapping::single, 1};
  Inputs inputs;
  inputs.arguments["s"] = numbers({1031});
  inputs.choices.set("mu", Array::scalar(0.5f));
  inputs.choices.set("y/*", numbers({1031}));
  programOf(plate, 32, loader).run(plate.request, inputs);
  expectWholeLines("plate");
}

/// No instance, no element: neutral results, as on the CPU.
TEST(CudaProgram, NothingToDo) {
  auto loader = std::make_shared<cuda_host::EmulatedLoader>();
  Work plate{"plate", "cases", "PL", "gradient(mu)", Mapping::single, 1};
  Inputs inputs;
  inputs.arguments["s"] = numbers({0});
  inputs.choices.set("mu", Array::scalar(0.5f));
  inputs.choices.set("y/*", numbers({0}));
  Outcome outcome = programOf(plate, 32, loader).run(plate.request, inputs);
  // normal(0, 2) at 0.5: -0.5 / 16 - log 2 - log(2 pi) / 2, and its derivative -0.5 / 4.
  EXPECT_NEAR(outcome.score.at({}), -1.6433357137646178, 1e-6);
  EXPECT_NEAR(outcome.choiceGradients["mu"].at({}), -0.125, 1e-6);
  Work none{"none", "cases", "M1p", "simulate()", Mapping::instances, 0};
  Outcome empty = runOn(none, programOf(none, 32, loader));
  EXPECT_EQ(empty.score.shape(), Shape{0});
}

/// A plate of 100 is one loop of one group between the launches, whose sum has to wait for the plate after
/// it.
TEST(CudaProgram, SumsWaitForLaterLaunches) {
  Model model = Model::parse(R"(
gen.func @m(%x: tensor<?xf64> {gen.name = "x"}) -> f64 {
  %c0 = arith.constant 0 : index
  %c100 = arith.constant 100 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %n = tensor.dim %x, %c0 : tensor<?xf64>
  %a = gen.map "a" %i to %c100 -> tensor<100xf64> {
    %v = gen.sample "v" normal(%zero, %one) : (f64, f64) -> f64
    gen.yield %v : f64
  }
  %total = gen.einsum "i->" (%a) : (tensor<100xf64>) -> f64
  gen.map "y" %i to %n {
    %at = tensor.extract %x[%i] : tensor<?xf64>
    %y = gen.sample normal(%at, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return %total : f64
})");
  auto loader = std::make_shared<cuda_host::EmulatedLoader>();
  Inputs inputs;
  inputs.arguments["x"] = numbers({500});
  for (int64_t threads : {1, 32, 64}) {
    Program text(model, {.lanes = threads, .cuda = loader});
    if (threads == 32) // 64 threads take two turns, which are not a loop
      EXPECT_NE(text.emit("cuda", "simulate()").find("(cells + "), std::string::npos);
    Outcome got = text.run("simulate()", inputs, {.seed = 3});
    Outcome wanted = Program(model).run("simulate()", inputs, {.seed = 3});
    expectEqual(wanted.choices, got.choices, std::to_string(threads)); // draws have the bits of the CPU's
    EXPECT_NEAR(got.score.at({}), wanted.score.at({}), 1e-4);          // 600 terms in f32, in another order
    EXPECT_NEAR(got.returnValue.at({}), wanted.returnValue.at({}), 1e-4);
  }
}

TEST(CudaProgram, WhatItDoesNotDo) {
  auto errorOf = [](CompileOptions options) {
    try {
      Work work = benches().front();
      Model model = Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/digits.mlir", "digits");
      Program(model, std::move(options)).kernel(work.request, Mapping::single);
    } catch (const Error &error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  auto loader = std::make_shared<cuda_host::EmulatedLoader>();
  EXPECT_THAT(errorOf({.checked = true, .cuda = loader}),
              HasSubstr("checked kernels run on CPUs only, so far"));
  EXPECT_THAT(errorOf({.lanes = 48, .cuda = loader}),
              HasSubstr("expected groups of 1, 32, 64, 128, 256, 512 or 1024 threads for CUDA, got 48"));
}

/// On the three architectures of fat binaries.
class BenchKernels : public testing::TestWithParam<int> {};

TEST_P(BenchKernels, NeitherSpillNorHaveAStackFrame) {
  if (std::string why = cuda::whyNoNvrtc(); !why.empty())
    GTEST_SKIP() << why;
  for (const Work &work : benches()) {
    std::string text = programOf(work, 32, nullptr).emit("cuda", work.request, work.mapping);
    for (const cuda::KernelFacts &kernel : cuda::compileText(text, work.name + ".cu", GetParam()).kernels) {
      EXPECT_EQ(kernel.stack, 0) << work.name << " " << kernel.name;
      EXPECT_EQ(kernel.spill_stores + kernel.spill_loads, 0) << work.name << " " << kernel.name;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Architectures, BenchKernels, testing::Values(80, 90, 100),
                         [](const auto &info) { return "sm_" + std::to_string(info.param); });

} // namespace
} // namespace genfuse::cuda_test

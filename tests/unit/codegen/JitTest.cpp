#include "Kernels.h"
#include "runtime/Error.h"
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

using namespace genfuse;
using namespace genfuse::test;
using testing::HasSubstr;

namespace {

template <class T> std::vector<T> ramp(int64_t n, double scale) {
  std::vector<T> values(n);
  for (int64_t i = 0; i < n; ++i)
    values[i] = static_cast<T>(scale * static_cast<double>(i - n / 3));
  return values;
}

/// One run a CPU level that this machine has.
class Levels : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    if (cpuTarget(GetParam()).level > hostLevel())
      GTEST_SKIP() << "this machine is below " << GetParam();
  }
  CpuJit compile(const std::string &text) { return CpuJit(*parse(text), {.target = GetParam()}); }
};
INSTANTIATE_TEST_SUITE_P(Cpu, Levels, testing::Values("native", "x86-64-v4", "x86-64-v3"), [](auto &info) {
  std::string name = info.param;
  std::erase(name, '-');
  return name;
});

template <class T> void expectAxpy(const CpuKernel &kernel, int64_t n, int64_t begin, int64_t end) {
  std::vector<T> x = ramp<T>(n, 0.1), y = ramp<T>(n, -0.7);
  std::vector<T> z = runMap<T>(kernel, T(0.3), x, y, begin, end);
  ASSERT_EQ(z.size(), x.size());
  for (int64_t i = 0; i < n; ++i)
    ASSERT_EQ(z[i], i < begin || i >= end ? T(-7) : std::fma(T(0.3), x[i], y[i])) << i << " of " << n;
}

TEST_P(Levels, AxpyIsFusedAndItsTailMasked) {
  CpuJit jit = compile(mapKernel("axpy", "f32", 32, axpyBody));
  for (int64_t n : {1, 31, 32, 33, 64, 100, 1000})
    expectAxpy<float>(jit.find("axpy"), n, 0, n);
  expectAxpy<float>(jit.find("axpy"), 200, 13, 150);
  expectAxpy<float>(jit.find("axpy"), 200, 60, 60);
}

TEST_P(Levels, AxpyInDouble) {
  CpuJit jit = compile(mapKernel("axpy", "f64", 16, axpyBody));
  expectAxpy<double>(jit.find("axpy"), 77, 0, 77);
}

TEST(Jit, EveryLevelOfOptimisationGivesTheSameBits) {
  const std::string text = mapKernel("k", "f32", 32, "%e = math.exp %x : !v\n%r = math.fma %e, %y, %x : !v");
  std::vector<float> x(77), y(77);
  for (int i = 0; i < 77; ++i) {
    x[i] = 0.1f * static_cast<float>(i) - 3.0f;
    y[i] = 1.0f / static_cast<float>(i + 1);
  }
  auto at = [&](unsigned level) {
    CpuJit jit(*parse(text), {.optimisation = level});
    return runMap<float>(jit.find("k"), 0.0f, x, y, 0, 77);
  };
  const std::vector<float> plain = at(0);
  EXPECT_NEAR(plain[40], std::exp(1.0f) / 41 + 1.0f,
              1e-6f); // x = 1: two roundings and one of exp, each 2^-24
  for (unsigned level : {1u, 2u, 3u})
    EXPECT_EQ(at(level), plain) << "level " << level;
}

TEST(Jit, CallsFromManyThreadsDoNotDisturbEachOther) {
  CpuJit jit(*parse(mapKernel("axpy", "f32", 64, axpyBody)));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int round = 0; round < 50; ++round)
        expectAxpy<float>(jit.find("axpy"), 100 + thread, thread, 90);
    });
  for (std::thread &thread : threads)
    thread.join();
}

TEST(Jit, TheInputModuleStaysAsItIs) {
  auto module = parse(mapKernel("axpy", "f32", 32, "%r = math.exp %x : !v"));
  auto text = [&] {
    std::string out;
    llvm::raw_string_ostream(out) << **module;
    return out;
  };
  std::string before = text();
  CpuJit jit(*module);
  EXPECT_EQ(before, text());
}

TEST(Jit, KernelsOutliveMoves) {
  CpuJit first(*parse(mapKernel("axpy", "f32", 32, axpyBody)));
  CpuKernel kernel = first.find("axpy");
  CpuJit second = std::move(first);
  expectAxpy<float>(kernel, 50, 0, 50);
}

TEST(Jit, UnknownKernelIsAnError) {
  CpuJit jit(*parse(mapKernel("axpy", "f32", 32, axpyBody)));
  EXPECT_THAT([&] { jit.find("axpz"); },
              testing::ThrowsMessage<Error>("expected a kernel function 'axpz', found none"));
}

TEST(Jit, OpsWithoutImplementationAreErrorsWithTheirPlace) {
  std::string message = errorOf(mapKernel("k", "f32", 32, "%r = math.powf %x, %y : !v"));
  EXPECT_THAT(message, testing::StartsWith("kernel.mlir:"));
  EXPECT_THAT(message, HasSubstr("'math.powf' op has no implementation in the device library"));
  EXPECT_THAT(errorOf(mapKernel("k", "f64", 8, "%r = math.atan %x : !v")), HasSubstr("'math.atan'"));
}

TEST(Jit, OpsThatNoPassLowersAreErrorsWithTheirPlace) {
  mlir::MLIRContext *context = parse("module {}")->getContext();
  context->allowUnregisteredDialects(true);
  std::string message = errorOf(mapKernel("k", "f32", 32, "%r = \"foreign.op\"(%x) : (!v) -> !v"));
  context->allowUnregisteredDialects(false);
  EXPECT_THAT(message, HasSubstr("kernel.mlir"));
  EXPECT_THAT(message, HasSubstr("foreign.op"));
}

TEST(Jit, CallsOfFunctionsFromElsewhereAreErrors) {
  std::string text = mapKernel("k", "f32", 16,
                               "%s = func.call @erff(%a) : ({T}) -> {T}\n"
                               "%r = vector.broadcast %s : {T} to !v",
                               "func.func private @erff({T}) -> {T}");
  EXPECT_EQ(errorOf(text), "expected a kernel that stands alone, got one that calls erff");
  EXPECT_THAT(errorOf(mapKernel("k", "f32", 16, "%r = arith.remf %x, %y : !v")), HasSubstr("calls fmodf"));
}

} // namespace

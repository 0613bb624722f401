#include "Kernels.h"
#include "runtime/device/entry_points.h"
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace genfuse;
using namespace genfuse::test;

namespace {

template <class T> struct Unary {
  const char *name;
  T (*device)(T);
  double (*exact)(double);
};

constexpr Unary<float> unary32[] = {{"exp", gf_exp_f32, std::exp},    {"expm1", gf_expm1_f32, std::expm1},
                                    {"log", gf_log_f32, std::log},    {"log1p", gf_log1p_f32, std::log1p},
                                    {"tanh", gf_tanh_f32, std::tanh}, {"sin", gf_sin_f32, std::sin},
                                    {"cos", gf_cos_f32, std::cos}};
constexpr Unary<double> unary64[] = {{"exp", gf_exp_f64, std::exp},    {"expm1", gf_expm1_f64, std::expm1},
                                     {"log", gf_log_f64, std::log},    {"log1p", gf_log1p_f64, std::log1p},
                                     {"tanh", gf_tanh_f64, std::tanh}, {"sin", gf_sin_f64, std::sin},
                                     {"cos", gf_cos_f64, std::cos}};

template <class T> const char *nameOf() { return sizeof(T) == 4 ? "f32" : "f64"; }

/// z equals the scalar device function to the bit, and the exact one to `ulps`.
template <class T> void expectUnary(const Unary<T> &unary, int width, const char *target, const char *body) {
  SCOPED_TRACE(std::string(unary.name) + " " + nameOf<T>() + " " + std::to_string(width) + " " + target);
  std::string text = mapKernel("k", nameOf<T>(), width, body);
  for (size_t at = text.find("OP"); at != std::string::npos; at = text.find("OP"))
    text.replace(at, 2, unary.name);
  CpuJit jit(*parse(text), {.target = target});
  std::vector<T> x;
  for (int i = 0; i < 53; ++i)
    x.push_back(static_cast<T>(0.013 + 0.17 * i));
  std::vector<T> z = runMap<T>(jit.find("k"), T(0), x, x, 0, 53);
  ASSERT_EQ(z.size(), x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_EQ(z[i], unary.device(x[i])) << "at " << x[i];
    double exact = unary.exact(x[i]);
    ASSERT_NEAR(z[i], exact, 4 * std::numeric_limits<T>::epsilon() * std::max(std::abs(exact), 0.05));
  }
}

class Device : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    if (cpuTarget(GetParam()).level > hostLevel())
      GTEST_SKIP() << "this machine is below " << GetParam();
  }
};
INSTANTIATE_TEST_SUITE_P(Cpu, Device, testing::Values("x86-64-v4", "x86-64-v3"),
                         [](auto &info) { return std::string(info.param).substr(7); });

constexpr const char *plain = "%r = math.OP %x : !v";

TEST_P(Device, ElementaryFunctionsOfWideVectors) {
  for (const auto &unary : unary32)
    expectUnary(unary, 32, GetParam(), plain);
  for (const auto &unary : unary64)
    expectUnary(unary, 16, GetParam(), plain);
}

TEST_P(Device, WidthsBeforeAndBetweenRegisters) {
  for (int width : {1, 3, 4, 8, 12, 16, 20, 64})
    expectUnary(unary32[0], width, GetParam(), plain);
  for (int width : {1, 2, 6, 8, 32})
    expectUnary(unary64[2], width, GetParam(), plain);
}

TEST_P(Device, BlocksOfTwoDimensions) {
  expectUnary(unary32[0], 32, GetParam(), R"(
    %block = vector.shape_cast %x : !v to vector<4x8xf32>
    %e = math.OP %block : vector<4x8xf32>
    %r = vector.shape_cast %e : vector<4x8xf32> to !v)");
}

TEST_P(Device, Scalars) {
  expectUnary(unary32[3], 1, GetParam(), R"(
    %s = vector.extract %x[0] : f32 from !v
    %e = math.OP %s : f32
    %r = vector.broadcast %e : f32 to !v)");
}

TEST_P(Device, RsqrtIsDivisionByTheRoot) {
  CpuJit jit(*parse(mapKernel("k", "f32", 32, "%r = math.rsqrt %x : !v")), {.target = GetParam()});
  std::vector<float> x = {1, 2, 3, 0.1f, 7e10f};
  std::vector<float> z = runMap<float>(jit.find("k"), 0, x, x, 0, 5);
  for (size_t i = 0; i < x.size(); ++i)
    EXPECT_EQ(z[i], 1 / std::sqrt(x[i]));
}

/// A draw whose counter word 0 is the instance, with the declaration at the width of the kernel.
std::string drawBody(const std::string &call, int width) {
  std::string u = "vector<" + std::to_string(width) + "xi32>";
  return "%c = arith.index_cast %i : index to i32\n %b = vector.broadcast %c : i32 to " + u +
         "\n %steps = vector.step : vector<{W}xindex>\n %s = arith.index_cast %steps : vector<{W}xindex> "
         "to " +
         u + "\n %c0 = arith.addi %b, %s : " + u + "\n %one = arith.constant dense<1> : " + u +
         "\n %k0 = arith.constant 11 : i32\n %k1 = arith.constant 12 : i32\n %r = func.call @" + call +
         "(%c0, %one, %one, %one, %k0, %k1, %one) : (" + u + "," + u + "," + u + "," + u + ", i32, i32, " +
         u + ") -> !v";
}

std::string drawDeclaration(const std::string &symbol, const std::string &attributes) {
  return "func.func private @" + symbol +
         "(vector<{W}xi32>, vector<{W}xi32>, vector<{W}xi32>, vector<{W}xi32>, i32, "
         "i32, vector<{W}xi32>) -> vector<{W}x{T}> attributes {" +
         attributes + "}";
}

template <class T, class F> void expectDraws(const std::string &text, const char *target, F draw) {
  CpuJit jit(*parse(text), {.target = target});
  std::vector<T> x(75);
  std::vector<T> z = runMap<T>(jit.find("k"), T(0), x, x, 0, 75);
  ASSERT_EQ(z.size(), x.size());
  for (unsigned i = 0; i < z.size(); ++i)
    ASSERT_EQ(z[i], draw(i, 1, 1, 1, 11, 12, 1)) << i;
}

TEST_P(Device, DrawsOfWideVectorsEqualScalarOnes) {
  std::string name = "gf_random_uniform_f32", unit = "gen.device";
  expectDraws<float>(mapKernel("k", "f32", 32, drawBody(name, 32), drawDeclaration(name, unit)), GetParam(),
                     gf_random_uniform_f32);
  name = "gf_random_normal_f64";
  expectDraws<double>(mapKernel("k", "f64", 32, drawBody(name, 32), drawDeclaration(name, unit)), GetParam(),
                      gf_random_normal_f64);
}

TEST_P(Device, TheAttributeMayNameTheFunction) {
  std::string text = mapKernel("k", "f32", 64, drawBody("draw", 64),
                               drawDeclaration("draw", "gen.device = \"gf_random_normal_f32\""));
  expectDraws<float>(text, GetParam(), gf_random_normal_f32);
}

TEST_P(Device, ADeclarationMayHaveTheNameOfTheScalarFunction) {
  std::string text = mapKernel("k", "f32", 32, R"(
    %e = func.call @gf_exp_f32(%x) : (!v) -> !v
    %s = math.exp %a : f32
    %sv = vector.broadcast %s : f32 to !v
    %r = arith.addf %e, %sv : !v)",
                               "func.func private @gf_exp_f32(!v) -> !v attributes {gen.device}");
  CpuJit jit(*parse(text), {.target = GetParam()});
  std::vector<float> z = runMap<float>(jit.find("k"), 0.5f, {1, 2}, {0, 0}, 0, 2);
  EXPECT_THAT(z, testing::ElementsAre(gf_exp_f32(1) + gf_exp_f32(0.5f), gf_exp_f32(2) + gf_exp_f32(0.5f)));
}

TEST(DeviceCalls, OtherTypesThanTheLibraryHasAreErrors) {
  std::string text = mapKernel("k", "f64", 8, "%r = func.call @f(%x) : (!v) -> !v",
                               "func.func private @f(!v) -> !v attributes {gen.device = \"gf_exp_f32\"}");
  EXPECT_THAT(errorOf(text, {.target = "x86-64-v3"}),
              testing::HasSubstr("is called with other types than the device library has"));
}

TEST(DeviceCalls, NamesThatTheLibraryLacksAreErrors) {
  std::string text = mapKernel("k", "f64", 8, "%r = func.call @gf_nothing_f64(%x) : (!v) -> !v",
                               "func.func private @gf_nothing_f64(!v) -> !v attributes {gen.device}");
  EXPECT_EQ(errorOf(text, {.target = "x86-64-v3"}),
            "expected a kernel that stands alone, got one that calls gf_nothing_f64x4");
}

} // namespace

// Procedures as text, among them what only text can say.
#include "tests/unit/procedures/Procedures.h"
#include <cmath>
#include <gmock/gmock.h>

using namespace genfuse;
using namespace genfuse::procedures;
using testing::HasSubstr;

namespace {

Outcome run(const char *text, const Arrays &arguments, CompileOptions options = {}, int64_t instances = 1) {
  options.real = Precision::f64;
  Inputs inputs;
  inputs.arguments = arguments;
  return Program(Model::parse(text, "text"), options).run("run()", inputs, {.instances = instances});
}

Array reals(const std::vector<double> &values) { return vectorOf(ElementType::f64, values); }

constexpr const char *sizesThatATypeStates = R"mlir(
gen.procedure @p(%x: tensor<?xf64> {gen.name = "x"}) -> (f64 {gen.name = "s"}, tensor<5xf64> {gen.name = "t"}) {
  %y = tensor.cast %x : tensor<?xf64> to tensor<5xf64>
  %c4 = arith.constant 4 : index
  %e = tensor.extract %y[%c4] : tensor<5xf64>
  gen.return %e, %y : f64, tensor<5xf64>
}
)mlir";

constexpr const char *rowsThatATypeStates = R"mlir(
gen.procedure @p(%a: f64 {gen.name="a"}, %xs: tensor<?xf64> {gen.name="xs"}) -> (tensor<2xf64> {gen.name="r"}, f64 {gen.name="q"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %xs, %c0 : tensor<?xf64>
  %l, %s = gen.loop %i to %n carry(%p = %a : f64) stacks(tensor<2xf64>) {
    %u = arith.addf %p, %a : f64
    gen.yield %u, %u : f64, f64
  }
  %q = tensor.extract %s[%c1] : tensor<2xf64>
  gen.return %s, %q : tensor<2xf64>, f64
}
)mlir";

constexpr const char *oneValueForTwoModels = R"mlir(
gen.func @m1(%x: f64 {gen.name = "x"}) {
  %one = arith.constant 1.0 : f64
  %z = gen.sample "z" normal(%x, %one) : (f64, f64) -> f64
  gen.return
}
gen.func @m2(%x: f64 {gen.name = "x"}, %b: f64 {gen.name = "b"}) {
  %one = arith.constant 1.0 : f64
  %p = arith.mulf %x, %b : f64
  %z = gen.sample "z" normal(%p, %one) : (f64, f64) -> f64
  gen.return
}
gen.procedure @p(%x: f64 {gen.name = "x"}, %z: f64 {gen.name = "z"}) -> (f64 {gen.name = "s"}, f64 {gen.name = "g1"}, f64 {gen.name = "g2"}) {
  %s, %g = gen.apply @m1 "gradient(x)" ["argument x", "choice z"](%x, %z) ["score", "argument_gradient x"] : (f64, f64) -> (f64, f64)
  %g2 = gen.apply @m2 "gradient(x)" ["argument x", "argument b", "choice z"](%x, %s, %z) ["argument_gradient x"] : (f64, f64, f64) -> (f64)
  gen.return %s, %g, %g2 : f64, f64, f64
}
)mlir";

constexpr const char *sharedStart = R"mlir(
gen.func @m(%a: f64 {gen.name = "a"}, %xs: tensor<?xf64> {gen.name="xs"}) {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f64
  %n = tensor.dim %xs, %c0 : tensor<?xf64>
  gen.map "y" %i to %n {
    %y = gen.sample normal(%a, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}
gen.procedure @p(%a: f64 {gen.name="a"}, %xs: tensor<?xf64> {gen.name="xs"}) -> (f64 {gen.name="r"}) {
  %c3 = arith.constant 3 : index
  %l = gen.loop %i to %c3 carry(%p = %a : f64) {
    %g = gen.apply @m "gradient(a)" ["argument a", "argument xs", "choice y/*"](%p, %xs, %xs) ["argument_gradient a"] : (f64, tensor<?xf64>, tensor<?xf64>) -> f64
    gen.yield %g : f64
  }
  gen.return %l : f64
}
)mlir";

constexpr const char *dataByTheLoop = R"mlir(
gen.func @m(%x: tensor<?x?xf64> {gen.name = "x"}, %i: i64 {gen.name = "i"}, %mu: f64 {gen.name = "mu"}) {
  %one = arith.constant 1.0 : f64
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c1 : tensor<?x?xf64>
  %ii = arith.index_cast %i : i64 to index
  gen.map "y" %j to %m {
    %v = tensor.extract %x[%ii, %j] : tensor<?x?xf64>
    %d = arith.mulf %v, %mu : f64
    %y = gen.sample normal(%d, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return
}
gen.procedure @p(%x: tensor<?x?xf64> {gen.name = "x"}, %z: tensor<?xf64> {gen.name = "z"}, %a: f64 {gen.name = "a"}) -> (f64 {gen.name = "s"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x?xf64>
  %last = gen.loop %i to %n carry(%t = %a : f64) {
    %i64 = arith.index_cast %i : index to i64
    %g = gen.apply @m "assess()" ["argument x", "argument i", "argument mu", "choice y/*"](%x, %i64, %t, %z) ["score"] : (tensor<?x?xf64>, i64, f64, tensor<?xf64>) -> f64
    gen.yield %g : f64
  }
  gen.return %last : f64
}
)mlir";

/// A size in a type is a promise that each call checks.
TEST(ProcedureText, SizesInTypesAreChecked) {
  EXPECT_THAT(errorOf([] {
                run(sizesThatATypeStates, {{"x", reals({1, 2})}});
              }),
              HasSubstr("expected sizes x.0 = 5, got 2 and 5"));
  EXPECT_EQ(at(run(sizesThatATypeStates, {{"x", reals({1, 2, 3, 4, 9})}}).results.at("s"), 0), 9);
  const Array a = Array::scalar(0.5);
  EXPECT_THAT(errorOf([&] {
                run(rowsThatATypeStates, {{"a", a}, {"xs", reals({1, 2, 3})}});
              }),
              HasSubstr("xs.0 = 2, got 3"));
  EXPECT_THAT(errorOf([&] {
                run(rowsThatATypeStates, {{"a", a}, {"xs", reals({1})}});
              }),
              HasSubstr("xs.0 = 2, got 1"));
  EXPECT_EQ(at(run(rowsThatATypeStates, {{"a", a}, {"xs", reals({1, 2})}}).results.at("q"), 0), 1.5);
}

/// z ~ normal(x, 1) and z ~ normal(x b, 1) with b the log density of the first: partial derivatives in x, of
/// each application by itself.
TEST(ProcedureText, ApplicationsOfOneValueHaveGradientsOfTheirOwn) {
  const double x = 0.7, z = 1.3, b = -0.5 * (z - x) * (z - x) - 0.9189385332046727;
  const Outcome outcome = run(oneValueForTwoModels, {{"x", Array::scalar(x)}, {"z", Array::scalar(z)}});
  EXPECT_NEAR(at(outcome.results.at("g1"), 0), z - x, 1e-12);
  EXPECT_NEAR(at(outcome.results.at("g2"), 0), (z - x * b) * b, 1e-12);
}

/// A gradient has the sizes of what it is with respect to: it can be carried and returned. v -> z - v three
/// times.
TEST(ProcedureText, GradientsOfVectorsAreCarried) {
  Inputs inputs;
  inputs.arguments = {{"x", reals({0.5, 3.5})}, {"z", reals({3, 5})}};
  const std::string file = std::string(GENFUSE_SOURCE_DIR) + "/tests/models/procedures.mlir";
  const Outcome outcome = Program(Model::load(file, "thrice"), {.real = Precision::f64}).run("run()", inputs);
  EXPECT_DOUBLE_EQ(at(outcome.results.at("t"), 0), 2.5);
  EXPECT_DOUBLE_EQ(at(outcome.results.at("t"), 1), 1.5);
}

/// What all instances share at the start differs after an iteration, or may.
TEST(ProcedureText, InstancesMayStartWithOneValue) {
  const Arrays arguments{{"a", Array::scalar(0.5)}, {"xs", reals({1, 2})}};
  const double alone = at(run(sharedStart, arguments).results.at("r"), 0);
  const Outcome many = run(sharedStart, arguments, {}, 20);
  for (int64_t i = 0; i < 20; ++i)
    EXPECT_EQ(at(many.results.at("r"), i), alone);
}

/// Data that the loop's index chooses are no data to sum up before it.
TEST(ProcedureText, MomentsOfWhatTheLoopChooses) {
  Array x = Array::zeros(ElementType::f64, {2, 2});
  for (int64_t i = 0; i < 4; ++i)
    x.values<double>()[i] = static_cast<double>(i + 1);
  const Arrays arguments{{"x", x}, {"z", reals({0.1, 0.2})}, {"a", Array::scalar(0.5)}};
  const double plain = at(run(dataByTheLoop, arguments).results.at("s"), 0);
  EXPECT_NEAR(at(run(dataByTheLoop, arguments, {.moments = true}).results.at("s"), 0), plain,
              1e-9 * std::abs(plain));
}

} // namespace

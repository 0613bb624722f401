// A compiled model: what it computes beyond the cases, and every error of its inputs.
#include "codegen/Trace.h"
#include "runtime/Error.h"
#include "tests/ErrorOf.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace genfuse;
using testing::HasSubstr;

namespace {

Model model(const std::string &name) {
  return Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/cases.mlir", name);
}

CompileOptions inDouble() { return {Precision::f64, "native", std::nullopt, 0}; }

class M1 : public testing::Test {
protected:
  Program program{model("M1"), inDouble()};
  Inputs inputs{{{"a", Array::scalar(0.0)}}, {}, {{"x", 0.3}, {"y", 1.1}}, {}};
  std::string error(const std::string &request) {
    return errorOf([&] { program.run(request, inputs); });
  }
};

TEST_F(M1, RequestsAreChecked) {
  EXPECT_THAT(error("generate(z)"), HasSubstr("unknown address 'z'; the model's choices are x, y"));
  EXPECT_THAT(error("gradient(z)"),
              HasSubstr("unknown name 'z', expected an address, an argument or a parameter"));
  EXPECT_THAT(error("gradient(x | z)"), HasSubstr("unknown address 'z'"));
  EXPECT_THAT(error("optimise(x)"), HasSubstr("unknown operation 'optimise', expected simulate, generate"));
  EXPECT_THAT(error("gradient(x"), HasSubstr("expected ')' at column 11, got the end"));
  EXPECT_THAT(error("gradient(x; loud)"), HasSubstr("unknown flag 'loud'"));
  EXPECT_THAT(error("assess(x)"), HasSubstr("simulate, propose, assess and run take no names"));
  EXPECT_THAT(error("gradient(x, x)"), HasSubstr("names 'x' twice"));
}

TEST_F(M1, LanesAreChecked) {
  for (int64_t lanes : {-1, 3, 9, 48, 2048}) {
    CompileOptions options = inDouble();
    options.lanes = lanes;
    EXPECT_EQ(errorOf([&] { Program(model("M1"), options).run("assess()", inputs); }),
              "expected 1, 2, 4, 8, ... or 1024 lanes, got " + std::to_string(lanes));
  }
}

TEST_F(M1, InputsAreChecked) {
  inputs.choices = ChoiceMap{{"x", 0.3}};
  EXPECT_THAT(error("assess()"), HasSubstr("address 'y'"));
  inputs.choices = ChoiceMap{{"x", 0.3}, {"y", 1.1}, {"z", 1.0}};
  EXPECT_THAT(error("assess()"), HasSubstr("'z'"));
  inputs.choices = ChoiceMap{{"x", 0.3}, {"y", true}};
  EXPECT_THAT(error("assess()"), HasSubstr("address 'y': expected"));
  inputs.choices = ChoiceMap{{"x", 0.3}, {"y/0", 1.1}};
  EXPECT_THAT(error("assess()"), HasSubstr("y"));
  EXPECT_THAT(errorOf([] { ChoiceMap{{"x", 0.3}, {"x", 0.4}}; }), HasSubstr("'x'"));

  inputs.choices = ChoiceMap{{"x", 0.3}, {"y", 1.1}};
  inputs.arguments["a"] = Array::scalar(0.0f);
  EXPECT_THAT(error("assess()"), HasSubstr("argument 'a': expected type f64, got f32"));
  inputs.arguments = {};
  EXPECT_THAT(error("assess()"), HasSubstr("missing argument 'a'"));
  inputs.arguments = {{"a", Array::scalar(0.0)}, {"b", Array::scalar(0.0)}};
  EXPECT_THAT(error("assess()"), HasSubstr("unknown argument 'b'"));
}

TEST_F(M1, SharedConstraintsServeAllInstances) {
  RunOptions options;
  options.instances = 50;
  inputs.choices = ChoiceMap{{"y", 1.1}};
  Outcome outcome = program.run("generate(y)", inputs, options);
  ASSERT_EQ(outcome.weight.shape(), Shape{50});
  for (int64_t i = 0; i < 50; ++i) {
    double x = outcome.choices["x"].at({i}), z = (1.1 - 2 * x) / 0.5;
    EXPECT_NEAR(outcome.weight.at({i}), -0.5 * z * z - std::log(0.5) - 0.91893853320467274,
                1e-12 * (1 + z * z));
  }
}

TEST_F(M1, ForcedMappingsRefuseWhatTheyCannotHold) {
  Program single(model("M1"), {Precision::f64, "native", Mapping::single, 0});
  RunOptions options;
  options.instances = 2;
  EXPECT_THAT(errorOf([&] { single.run("assess()", inputs, options); }),
              HasSubstr("the mapping 'single' takes one instance, got 2"));
}

TEST(Plates, SizesAreChecked) {
  Program program(model("PL"), inDouble());
  Inputs inputs{
      {{"s", Array::from<double>({1, 2, 0.5})}}, {}, {{"mu", 0.4}, {"y/*", std::vector<double>{0, 1}}}, {}};
  EXPECT_THAT(errorOf([&] { program.run("assess()", inputs); }), HasSubstr("y/*"));
  Model sum = Model::parse(
      R"(gen.func @f(%v: tensor<?xf64> {gen.name = "v"}, %w: tensor<?xf64> {gen.name = "w"}) -> f64 {
  %s = arith.addf %v, %w : tensor<?xf64>
  %r = gen.einsum "i->"(%s) : (tensor<?xf64>) -> f64
  gen.return %r : f64
}
)",
      "sum.mlir");
  Program add(sum, inDouble());
  Inputs two{{{"v", Array::from<double>({1, 2})}, {"w", Array::from<double>({1, 2, 3})}}, {}, {}, {}};
  EXPECT_THAT(
      errorOf([&] { add.run("simulate()", two); }),
      HasSubstr(
          "sum.mlir:2:8: expected sizes v.0 = w.0, got 2 and 3; v.0 is 2 by argument 'v' of shape [2]"));
}

TEST(Plates, AnEmptyPlateAddsNothing) {
  Program program(model("PL"), inDouble());
  Inputs inputs{{{"s", Array::zeros(ElementType::f64, {0})}}, {}, {{"mu", 0.0}}, {}};
  inputs.choices.set("y/*", Array::zeros(ElementType::f64, {0}));
  Outcome outcome = program.run("gradient(mu, s)", inputs);
  EXPECT_NEAR(outcome.score.at({}), -std::log(2.0) - 0.91893853320467274, 1e-12);
  EXPECT_EQ(outcome.choiceGradients["mu"].at({}), 0);
  EXPECT_EQ(outcome.argumentGradients["s"].shape(), Shape{0});
}

TEST(Parameters, GradientsAccumulateWithTheirScale) {
  Program program(model("M1p"), inDouble());
  Inputs inputs{
      {{"a", Array::scalar(0.0)}}, {{"M1p/theta", Array::scalar(2.0)}}, {{"x", 0.3}, {"y", 1.1}}, {}};
  RunOptions options;
  options.scale = 3.0;
  options.accumulators["M1p/theta"] = Array::scalar(10.0);
  program.run("gradient(theta)", inputs, options);
  EXPECT_NEAR(options.accumulators["M1p/theta"].at({}), 11.8, 1e-9); // case B13: 1.8

  inputs.choices = ChoiceMap{{"x", 0.3}};
  EXPECT_THAT(errorOf([&] { program.run("gradient(theta)", inputs, options); }), HasSubstr("'y'"));
  EXPECT_NEAR(options.accumulators["M1p/theta"].at({}), 11.8, 1e-9) << "after an error nothing has changed";
}

TEST(Traces, AreSimulatedGeneratedAndDifferentiated) {
  Program program(model("PL"), inDouble());
  Inputs inputs{{{"s", Array::from<double>({1, 2, 0.5})}}, {}, {}, {}};
  RunOptions options;
  options.instances = 20;
  Trace drawn = program.simulate(inputs, options);
  EXPECT_EQ(drawn.choices().at("y/*").shape(), (Shape{3, 20}));
  EXPECT_EQ(drawn.weight().at({7}), 0);
  Outcome gradient = drawn.gradient("mu, y/*");
  for (int64_t b : {0, 7, 19}) {
    ChoiceMap one = drawn.choiceMap(b);
    Inputs given = inputs;
    given.choices = one;
    EXPECT_NEAR(program.run("assess()", given).score.at({}), drawn.score().at({b}), 1e-12);
    double mu = one.get("mu").real(), y0 = one.get("y/0").real();
    EXPECT_NEAR(gradient.choiceGradients["y/*"].at({0, b}), mu - y0, 1e-12);
  }
  EXPECT_THAT(errorOf([&] { drawn.choiceMap(20); }), HasSubstr("expected an instance from 0 to 19, got 20"));

  inputs.choices = ChoiceMap{{"y/*", std::vector<double>{0.1, 0.2, 0.3}}};
  Trace posterior = program.generate(inputs, options);
  EXPECT_EQ(posterior.choices().at("mu").shape(), Shape{20});
  EXPECT_EQ(posterior.choiceMap(3).get("y/1").real(), 0.2);
  double prior =
      -0.5 * std::pow(posterior.choices().at("mu").at({3}) / 2, 2) - std::log(2.0) - 0.91893853320467274;
  EXPECT_NEAR(posterior.score().at({3}) - posterior.weight().at({3}), prior, 1e-12);
  EXPECT_THAT(errorOf([&] { program.simulate(inputs, options); }), HasSubstr("simulate draws every choice"));
}

TEST(Traces, AccumulateParameterGradients) {
  Program program(model("M1p"), inDouble());
  Inputs inputs{
      {{"a", Array::scalar(0.0)}}, {{"M1p/theta", Array::scalar(2.0)}}, {{"x", 0.3}, {"y", 1.1}}, {}};
  Arrays gradients{{"M1p/theta", Array::scalar(0.0)}};
  program.generate(inputs).accumulateParameterGradients(gradients, 3.0);
  EXPECT_NEAR(gradients["M1p/theta"].at({}), 1.8, 1e-9); // case B13
}

TEST(Supports, OutsideIsMinusInfinityAndNotAnError) {
  Program program(
      Model::parse("gen.func @u(%a: f64 {gen.name = \"a\"}) {\n  %b = arith.constant 2.0 : f64\n  %x = "
                   "gen.sample \"x\" uniform(%a, %b) : (f64, f64) -> f64\n  gen.return\n}\n"),
      inDouble());
  Inputs inputs{{{"a", Array::scalar(0.0)}}, {}, {{"x", 2.5}}, {}};
  Outcome outcome = program.run("gradient(x, a)", inputs);
  EXPECT_EQ(outcome.score.at({}), -HUGE_VAL);
  EXPECT_EQ(outcome.choiceGradients["x"].at({}), 0);
  EXPECT_EQ(outcome.argumentGradients["a"].at({}), 0);
}

TEST(Models, AddressesOfCallsMustDiffer) {
  Model twice =
      Model::parse("gen.func @inner(%m: f64) -> f64 {\n  %one = arith.constant 1.0 : f64\n  %x = gen.sample "
                   "\"x\" normal(%m, %one) : (f64, f64) -> f64\n  gen.return %x : f64\n}\n"
                   "gen.func @outer(%m: f64) -> f64 {\n  %v = gen.call \"in\" @inner(%m) : (f64) -> f64\n"
                   "  %w = gen.call \"in\" @inner(%v) : (f64) -> f64\n  gen.return %w : f64\n}\n",
                   "twice.mlir");
  EXPECT_THAT(errorOf([&] {
                Program(twice, inDouble()).run("simulate()", {{{"m", Array::scalar(0.0)}}, {}, {}, {}});
              }),
              HasSubstr("at address 'in/x': the address is taken"));
}

TEST(DroppedConstants, LeaveTheGradientAlone) {
  Program program(model("PL"), inDouble());
  Inputs inputs{{{"s", Array::from<double>({1, 2, 0.5, 1})}},
                {},
                {{"mu", 0.4}, {"y/*", std::vector<double>{0.3, -1, 0.8, 2}}},
                {}};
  Outcome all = program.run("gradient(mu)", inputs),
          some = program.run("gradient(mu; drop-constants)", inputs);
  EXPECT_NEAR(all.choiceGradients["mu"].at({}), some.choiceGradients["mu"].at({}), 1e-12);
  // log 2 + 5 log(2 pi) / 2, and log s of the plate, which cancels here: 1 * 2 * 0.5 * 1 = 1.
  EXPECT_NEAR(some.score.at({}) - all.score.at({}), std::log(2.0) + 5 * 0.91893853320467274, 1e-12);
}

} // namespace

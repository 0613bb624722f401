// Every error of a log density's tensors, by name, before anything runs.
#include "Fixture.h"
#include "runtime/Error.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace genfuse;
using namespace genfuse::tests;
using testing::HasSubstr;

namespace {

class Errors : public testing::Test {
protected:
  LogDensity density = tests::density("M1");
  at::Tensor a = constant(0.0), x = leaf(0.3), y = constant(1.1);
  TensorInputs inputs{{{"a", a}}, {}, {{"x", x}, {"y", y}}};
  std::string error() {
    return errorOf<Error>([&] { density(inputs); });
  }
};

TEST_F(Errors, NamesAreChecked) {
  inputs.choices.erase("y");
  EXPECT_EQ(error(), "missing choice 'y'");
  inputs.choices["y"] = y;
  inputs.choices["z"] = y;
  EXPECT_EQ(error(), "unknown choice 'z', expected x, y");
  inputs.choices.erase("z");
  inputs.parameters["W"] = y;
  EXPECT_EQ(error(), "unknown parameter 'W', expected none");
  inputs.parameters.clear();
  inputs.arguments.clear();
  EXPECT_EQ(error(), "missing argument 'a'");
}

TEST_F(Errors, TensorsAreChecked) {
  inputs.arguments["a"] = at::Tensor();
  EXPECT_EQ(error(), "argument 'a': expected a tensor, got an undefined one");
  inputs.arguments["a"] = torch::tensor(0.0f);
  EXPECT_EQ(error(), "argument 'a': expected a tensor of type Double, got type Float");
  inputs.arguments["a"] = torch::empty({}, torch::device(torch::kMeta).dtype(torch::kDouble));
  EXPECT_EQ(error(), "argument 'a': expected a tensor on device cpu, got meta");
  inputs.arguments["a"] = torch::zeros({2, 2}, torch::kDouble);
  EXPECT_THAT(error(), HasSubstr("argument 'a': expected shape []"));
  inputs.arguments["a"] = torch::zeros({2}, torch::kDouble).to_sparse();
  EXPECT_EQ(error(), "argument 'a': expected a strided tensor of plain elements, got another layout");
}

TEST_F(Errors, InstancesHaveToAgree) {
  inputs.arguments["a"] = torch::zeros({3}, torch::kDouble);
  inputs.choices["x"] = torch::zeros({4}, torch::kDouble).requires_grad_();
  EXPECT_THAT(error(), HasSubstr("the last dimension holds the instances"));
}

TEST_F(Errors, TheInnerStrideIsOne) {
  inputs.choices["x"] = torch::zeros({4, 2}, torch::kDouble).select(1, 0);
  EXPECT_EQ(error(),
            "choice 'x': expected stride 1 in the last dimension, got strides [2] (contiguous() makes "
            "such a tensor)");
}

TEST_F(Errors, ThereIsNoDoubleBackward) {
  at::Tensor score = density(inputs);
  EXPECT_EQ(
      errorOf<Error>([&] { torch::autograd::grad({score}, {x}, {}, true, /*create_graph=*/true); }),
      "a log density has first derivatives only: expected a backward without create_graph, got one with it");
  auto values = density.withReturnValue(inputs);
  EXPECT_THAT(errorOf<Error>(
                  [&] { torch::autograd::grad({values.returnValue}, {x}, {}, true, /*create_graph=*/true); }),
              HasSubstr("first derivatives only"));
}

TEST_F(Errors, ReturnValuesKeepTheirInputs) {
  // Gradients are computed in backward: from tensors that must be those of forward.
  auto values = density.withReturnValue(inputs);
  {
    at::NoGradGuard guard;
    x.add_(1);
  }
  EXPECT_THAT(errorOf<c10::Error>([&] { values.score.backward(); }),
              HasSubstr("modified by an inplace operation"));
}

TEST_F(Errors, AccumulateTakesLeaves) {
  at::Tensor u = leaf(1.0);
  inputs.choices["x"] = u.exp();
  EXPECT_EQ(
      errorOf<Error>([&] { density.accumulate(inputs, 1.0); }),
      "choice 'x': expected a leaf, got the result of 'ExpBackward0' (call the density and use backward)");
  inputs.choices["x"] = constant(0.3);
  EXPECT_EQ(errorOf<Error>([&] { density.accumulate(inputs, 1.0); }),
            "expected a tensor that requires a gradient, got none");
}

TEST_F(Errors, AfterAnErrorGradientsAreAsTheyWere) {
  a.requires_grad_();
  a.mutable_grad() = constant(5.0);
  inputs.choices["y"] = torch::zeros({2, 3}, torch::kDouble);
  EXPECT_THAT(errorOf<Error>([&] { density.accumulate(inputs, 1.0); }), HasSubstr("choice 'y'"));
  EXPECT_EQ(a.grad().item<double>(), 5.0);
  EXPECT_FALSE(x.grad().defined());
}

TEST(DiscreteErrors, NoGradientInAChoiceOfLabels) {
  LogDensity density(kernelsOf(program("digits", "digits")));
  at::Tensor W = torch::zeros({10, 2}, torch::kDouble), b = torch::zeros({10}, torch::kDouble);
  TensorInputs inputs{{{"xs", torch::zeros({3, 2}, torch::kDouble)}}, {{"digit/W", W}, {"digit/b", b}}, {}};
  inputs.choices["image/*/y"] = torch::zeros({3}, torch::kDouble).requires_grad_();
  EXPECT_EQ(
      errorOf<Error>([&] { density(inputs); }),
      "choice 'image/*/y': is discrete and has no gradient, expected a tensor of type Long, got one of type "
      "Double that requires a gradient");
  inputs.choices["image/*/y"] = torch::zeros({3}, torch::kInt);
  EXPECT_EQ(errorOf<Error>([&] { density(inputs); }),
            "choice 'image/*/y': expected a tensor of type Long, got type Int");
  inputs.choices["image/*/y"] = torch::zeros({4}, torch::kLong);
  EXPECT_THAT(errorOf<Error>([&] { density(inputs); }),
              HasSubstr("choice 'image/*/y': expected shape [3], got [4]; xs.0 is 3 by argument 'xs'"));
}

TEST(DiscreteErrors, DiscreteReturnValuesAreNotDifferentiable) {
  LogDensity density(kernelsOf(program("digits", "digits")));
  at::Tensor W = torch::zeros({10, 2}, torch::kDouble).requires_grad_(),
             b = torch::zeros({10}, torch::kDouble);
  at::Tensor labels = torch::tensor({3, 1, 4}, torch::kLong);
  auto [score, returned] = density.withReturnValue({{{"xs", torch::ones({3, 2}, torch::kDouble)}},
                                                    {{"digit/W", W}, {"digit/b", b}},
                                                    {{"image/*/y", labels}}});
  EXPECT_FALSE(returned.requires_grad());
  EXPECT_TRUE(returned.equal(labels));
  score.backward();
  EXPECT_NEAR(W.grad()[3][0].item<double>(), 1 - 0.3, 1e-12);
}

TEST(ReturnErrors, AModelThatReturnsNothing) {
  LogDensity density(kernelsOf(program("hard", "scale")));
  EXPECT_EQ(errorOf<Error>([&] { density.withReturnValue({}); }),
            "expected a model with a return value, got one that returns nothing");
}

} // namespace

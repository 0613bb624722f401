#include "runtime/Call.h"
#include "AllocationCount.h"
#include "ErrorText.h"
#include "WeightedSum.h"

using namespace weighted_sum;

namespace {

/// x[i][j][b] = 1 .. 12 for n = 2, k = 3, B = 2.
Array input() { return Array::from<double>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {2, 3, 2}); }

Call makeCall() {
  Call call(signature());
  call.instances(2).set("x", Role::argument, input());
  call.set("w", Role::parameter, Array::from<double>({1, 10, 100}));
  return call;
}

} // namespace

TEST(Call, RunsAndAllocatesOutputs) {
  Call call = makeCall();
  call.run(kernel, workspace, 0, 0.5);
  EXPECT_EQ(call.output("score", Role::score), Array::from<double>({1728, 1950}));
  EXPECT_EQ(call.output("w", Role::parameterGradient), Array::from<double>({9, 13, 17}));
}

TEST(Call, AccumulatorsGrowAndOtherOutputsAreOverwritten) {
  Call call = makeCall();
  Array gradient = Array::from<double>({1, 1, 1});
  Array score = Array::from<double>({-1, -1});
  call.set("w", Role::parameterGradient, gradient).set("score", Role::score, score);
  call.run(kernel, workspace);
  call.run(kernel, workspace, 0, 2.0);
  EXPECT_EQ(gradient, Array::from<double>({1 + 3 * 18, 1 + 3 * 26, 1 + 3 * 34}));
  EXPECT_EQ(score, Array::from<double>({1728, 1950}));
  EXPECT_EQ(call.output("score", Role::score).data(), score.data());
}

TEST(Call, StridedInputsPassAsTheyAre) {
  double data[2 * 4 * 2] = {1, 2, 3, 4, 5, 6, -1, -1, 7, 8, 9, 10, 11, 12, -1, -1};
  Call call = makeCall();
  call.set("x", Role::argument, Array::view(data, ElementType::f64, {2, 3, 2}, {8, 2, 1}));
  call.run(kernel, workspace);
  EXPECT_EQ(call.output("score", Role::score), Array::from<double>({1728, 1950}));
}

TEST(Call, ALastDimensionOfOneMayHaveAnyStride) {
  double data[6] = {1, 2, 3, 4, 5, 6};
  Call call = makeCall();
  call.instances(1).set("x", Role::argument, Array::view(data, ElementType::f64, {2, 3, 1}, {3, 1, 77}));
  call.run(kernel, workspace);
  EXPECT_EQ(call.output("score", Role::score), Array::from<double>({975}));
}

TEST(Call, NoInstancesAndNoElements) {
  Call call = makeCall();
  call.instances(0).set("x", Role::argument, Array::zeros(ElementType::f64, {0, 3, 0}));
  call.run(kernel, workspace);
  EXPECT_EQ(call.output("score", Role::score).shape(), (Shape{0}));
  EXPECT_EQ(call.output("w", Role::parameterGradient), Array::zeros(ElementType::f64, {3}));
}

TEST(Call, RepeatedRunsAllocateNothing) {
  Call call = makeCall();
  call.run(kernel, workspace);
  const int64_t before = allocationCount(), sized = workspaceCalls;
  for (int i = 0; i < 100; ++i)
    call.run(kernel, workspace, i + 100, 0.25);
  EXPECT_EQ(allocationCount(), before);
  EXPECT_EQ(workspaceCalls, sized);
}

TEST(Call, NewSizesKeepWhatStillFits) {
  Call call = makeCall();
  call.run(kernel, workspace);
  void *gradient = call.output("w", Role::parameterGradient).data();
  call.instances(1).set("x", Role::argument, Array::from<double>({1, 1, 1}, {1, 3, 1}));
  call.run(kernel, workspace);
  EXPECT_EQ(call.output("score", Role::score), Array::from<double>({111}));
  EXPECT_EQ(call.output("w", Role::parameterGradient).data(), gradient);
  EXPECT_EQ(call.output("w", Role::parameterGradient), Array::from<double>({19, 27, 35}));
}

TEST(Call, AnArrayCanBeTakenBack) {
  Call call = makeCall();
  Array score = Array::zeros(ElementType::f64, {2});
  call.set("score", Role::score, score);
  call.run(kernel, workspace);
  call.set("score", Role::score, Array());
  call.run(kernel, workspace);
  EXPECT_NE(call.output("score", Role::score).data(), score.data());
}

TEST(Call, SurvivesAMove) {
  Call first = makeCall();
  first.run(kernel, workspace);
  Call second = std::move(first);
  EXPECT_ERROR(second.run(kernel, workspace, 13), "address 'y': expected a seed other than 13, got it");
  second.run(kernel, workspace);
  EXPECT_EQ(second.output("score", Role::score), Array::from<double>({1728, 1950}));
}

TEST(Call, AffineDimensionsAreSolved) {
  Signature affine{"affine",
                   {"n"},
                   {array("b", Role::argument, ElementType::f32, {{1, {{1, 0}}}}, false, false),
                    array("p", Role::argument, ElementType::f32, {symbol(0)}, false, false),
                    array("v", Role::returnValue, ElementType::f32, {{0, {{2, 0}}}}, false, true)}};
  Call call(affine);
  call.set("b", Role::argument, Array::zeros(ElementType::f32, {5}));
  call.set("p", Role::argument, Array::zeros(ElementType::f32, {4}));
  call.bind();
  EXPECT_EQ(call.output("v", Role::returnValue).shape(), (Shape{8}));
  call.set("p", Role::argument, Array::zeros(ElementType::f32, {3}));
  EXPECT_ERROR(call.bind(), "argument 'p': expected shape [4], got [3]; n is 4 by argument 'b' of shape [5]");
  call.set("b", Role::argument, Array::zeros(ElementType::f32, {0}));
  EXPECT_ERROR(call.bind(), "argument 'b': expected shape [n + 1], got [0]; no size n of 0 or more fits");
}

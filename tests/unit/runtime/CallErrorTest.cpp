#include "ErrorText.h"
#include "WeightedSum.h"

using namespace weighted_sum;

namespace {

class CallError : public testing::Test {
protected:
  CallError() {
    call.instances(2).set("x", Role::argument, Array::zeros(ElementType::f64, {4, 3, 2}));
    call.set("w", Role::parameter, Array::zeros(ElementType::f64, {3}));
  }

  void set(const char *name, Role role, Array array) { call.set(name, role, std::move(array)); }
  Array zeros(Shape shape) { return Array::zeros(ElementType::f64, std::move(shape)); }

  Call call{signature()};
};

} // namespace

TEST_F(CallError, MissingInput) {
  set("w", Role::parameter, Array());
  EXPECT_ERROR(call.bind(), "parameter 'w': expected an array of type f64, got none");
}

TEST_F(CallError, UnknownArray) {
  EXPECT_ERROR(call.set("q", Role::argument, zeros({})),
               "kernel 'weighted_sum': expected one of argument 'x', parameter 'w', score 'score', "
               "parameterGradient 'w', got argument 'q'");
}

TEST_F(CallError, Type) {
  set("x", Role::argument, Array::zeros(ElementType::f32, {4, 3, 2}));
  EXPECT_ERROR(call.bind(), "argument 'x': expected type f64, got f32");
}

TEST_F(CallError, Rank) {
  set("x", Role::argument, zeros({4, 3}));
  EXPECT_ERROR(call.bind(), "argument 'x': expected shape [x.0, x.1, 2], got [4, 3]");
}

TEST_F(CallError, ContradictingSizesNameBothArrays) {
  set("w", Role::parameter, zeros({5}));
  EXPECT_ERROR(call.bind(),
               "parameter 'w': expected shape [3], got [5]; x.1 is 3 by argument 'x' of shape [4, 3, 2]");
}

TEST_F(CallError, OutputsAreCheckedToo) {
  set("w", Role::parameterGradient, zeros({2}));
  EXPECT_ERROR(
      call.bind(),
      "parameterGradient 'w': expected shape [3], got [2]; x.1 is 3 by argument 'x' of shape [4, 3, 2]");
}

TEST_F(CallError, Instances) {
  call.instances(7);
  EXPECT_ERROR(call.bind(),
               "argument 'x': expected shape [4, 3, 7], got [4, 3, 2]; the last dimension holds the "
               "instances");
  EXPECT_ERROR(call.instances(-1), "kernel 'weighted_sum': expected 0 or more instances, got -1");
}

TEST_F(CallError, LastStride) {
  double data[24] = {};
  set("x", Role::argument, Array::view(data, ElementType::f64, {4, 3, 2}, {1, 4, 12}));
  EXPECT_ERROR(call.bind(), "argument 'x': expected stride 1 in the last dimension, got strides [1, 4, 12]");
}

TEST_F(CallError, OverlappingOutputs) {
  double data[8] = {};
  set("score", Role::score, Array::view(data, ElementType::f64, {2}));
  set("w", Role::parameterGradient, Array::view(data + 1, ElementType::f64, {3}));
  EXPECT_ERROR(call.bind(),
               "score 'score': expected memory of its own, got an overlap with parameterGradient 'w'");
  set("w", Role::parameterGradient, Array::view(data + 2, ElementType::f64, {3}));
  call.bind();
  set("w", Role::parameter, Array::view(data + 4, ElementType::f64, {3}));
  EXPECT_ERROR(call.bind(),
               "parameterGradient 'w': expected memory of its own, got an overlap with parameter 'w'");
}

TEST_F(CallError, OutputThatOverlapsItself) {
  Signature matrix{
      "f", {}, {array("v", Role::returnValue, ElementType::f64, {fixed(2), fixed(2)}, false, true)}};
  double data[3] = {};
  Call other(matrix);
  other.set("v", Role::returnValue, Array::view(data, ElementType::f64, {2, 2}, {0, 1}));
  EXPECT_ERROR(other.bind(), "returnValue 'v': expected elements that share no memory, got strides [0, 1]");
}

TEST_F(CallError, SizesThatNothingDetermines) {
  Call other(
      Signature{"f", {"n"}, {array("v", Role::returnValue, ElementType::f64, {symbol(0)}, true, true)}});
  EXPECT_ERROR(other.bind(), "returnValue 'v': expected sizes that other arrays determine, got shape [n, 1]");
}

TEST_F(CallError, BadSignatures) {
  Signature twice = signature();
  twice.arrays.push_back(twice.arrays[0]);
  EXPECT_ERROR(Call{twice}, "signature of 'weighted_sum': expected one argument 'x', got two");
  Signature unknown = signature();
  unknown.arrays[0].shape[0] = symbol(2);
  EXPECT_ERROR(Call{unknown}, "signature of 'weighted_sum': argument 'x': expected a symbol below 2, got 2");
}

TEST_F(CallError, OutputAccess) {
  EXPECT_ERROR(call.output("score", Role::score),
               "score 'score': expected a bound call, got one with arrays to check");
  call.bind();
  EXPECT_ERROR(call.output("x", Role::argument),
               "argument 'x': expected an output of the kernel, got an input");
}

TEST_F(CallError, KernelErrorsCarryTheirText) {
  EXPECT_ERROR(call.run(kernel, workspace, 13), "address 'y': expected a seed other than 13, got it");
  EXPECT_ERROR(call.run(kernel, nullptr),
               "kernel 'weighted_sum': expected success, got status 4 (a workspace that "
               "is too small)");
  gf_workspace negative = [](const int64_t *, const gf_call *) { return int64_t(-1); };
  EXPECT_ERROR(call.run(kernel, negative),
               "kernel 'weighted_sum': expected a workspace of 0 or more bytes, got -1");
}

TEST_F(CallError, AfterAnErrorNothingHasChanged) {
  Array gradient = Array::from<double>({1, 2, 3});
  set("w", Role::parameterGradient, gradient);
  set("w", Role::parameter, zeros({5}));
  EXPECT_THROW(call.run(kernel, workspace), Error);
  EXPECT_EQ(gradient, Array::from<double>({1, 2, 3}));
  set("w", Role::parameter, zeros({3}));
  call.run(kernel, workspace);
}

#include "runtime/Array.h"
#include "ErrorText.h"
#include <cmath>

using namespace genfuse;

TEST(Array, ZerosAreRowMajorAndAligned) {
  Array array = Array::zeros(ElementType::f32, {2, 3, 4});
  EXPECT_EQ(array.shape(), (Shape{2, 3, 4}));
  EXPECT_EQ(array.strides(), (Shape{12, 4, 1}));
  EXPECT_EQ(array.elementCount(), 24);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(array.data()) % 64, 0u);
  EXPECT_EQ(array.at({1, 2, 3}), 0.0);
  EXPECT_TRUE(array.isContiguous());
}

TEST(Array, ScalarsHaveRankZeroAndKeepTheirType) {
  EXPECT_EQ(Array::scalar(0.25).describe(), "f64 []");
  EXPECT_EQ(Array::scalar(0.25f).describe(), "f32 []");
  EXPECT_EQ(Array::scalar(3).describe(), "i64 []");
  EXPECT_EQ(Array::scalar(true).describe(), "boolean []");
  EXPECT_EQ(Array::scalar(0.25).at({}), 0.25);
  EXPECT_EQ(Array::scalar(int64_t(1) << 60).values<int64_t>()[0], int64_t(1) << 60);
}

TEST(Array, FromHoldsTheValuesInOrder) {
  Array array = Array::from<double>({1, 2, 3, 4, 5, 6}, {2, 3});
  EXPECT_EQ(array.at({0, 2}), 3);
  EXPECT_EQ(array.at({1, 0}), 4);
  Array flags = Array::from(std::vector<bool>{true, false});
  EXPECT_EQ(flags.describe(), "boolean [2]");
  EXPECT_TRUE(flags.values<bool>()[0]);
  EXPECT_ERROR(Array::from<double>({1, 2}, {3}), "expected 3 values for shape [3], got 2");
}

TEST(Array, ViewSharesTheCallersMemory) {
  float data[6] = {0, 1, 2, 3, 4, 5};
  Array columns = Array::view(data, ElementType::f32, {3, 2}, {1, 3});
  EXPECT_EQ(columns.data(), data);
  EXPECT_EQ(columns.at({2, 1}), 5);
  EXPECT_FALSE(columns.isContiguous());
  data[5] = 9;
  EXPECT_EQ(columns.at({2, 1}), 9);
  Array reversed = Array::view(data + 5, ElementType::f32, {6}, {-1});
  EXPECT_EQ(reversed.at({5}), 0);
}

TEST(Array, ViewKeepsItsOwnerAlive) {
  auto owner = std::make_shared<std::vector<double>>(3, 1.5);
  std::weak_ptr<void> watch = owner;
  Array array = Array::view(owner->data(), ElementType::f64, {3}, {}, owner);
  owner.reset();
  Array slice = array.slice(0, 2);
  array = Array();
  EXPECT_FALSE(watch.expired());
  EXPECT_EQ(slice.at({}), 1.5);
  slice = Array();
  EXPECT_TRUE(watch.expired());
}

TEST(Array, BadViewsAreErrors) {
  double data[4] = {};
  EXPECT_ERROR(Array::view(data, ElementType::f64, {2, -1}),
               "expected sizes of 0 or more, got shape [2, -1]");
  EXPECT_ERROR(Array::view(data, ElementType::f64, {2, 2}, {1}),
               "expected one stride per dimension of shape [2, 2], got strides [1]");
  EXPECT_ERROR(Array::view(nullptr, ElementType::f64, {2}),
               "expected data for an array of shape [2], got a null pointer");
  EXPECT_ERROR(Array::zeros(ElementType::f64, {int64_t(1) << 40, int64_t(1) << 40}),
               "expected at most 2^63 - 1 elements, got shape [1099511627776, 1099511627776]");
  EXPECT_ERROR(Array::zeros(ElementType::f64, {int64_t(1) << 61}),
               "expected at most 2^63 - 1 bytes, got shape [2305843009213693952]");
  EXPECT_EQ(Array::view(nullptr, ElementType::f64, {0, 3}).elementCount(), 0);
}

TEST(Array, AccessIsChecked) {
  Array array = Array::zeros(ElementType::f64, {2, 3});
  EXPECT_ERROR(array.at({2, 0}), "expected an index into f64 [2, 3], got [2, 0]");
  EXPECT_ERROR(array.at({0}), "expected an index into f64 [2, 3], got [0]");
  EXPECT_ERROR(array.values<float>(), "expected elements of type f32, got f64 [2, 3]");
  EXPECT_ERROR(Array().values<float>(), "expected elements of type f32, got no array");
  EXPECT_ERROR(array.slice(1, 3), "expected an axis and an index of f64 [2, 3], got axis 1, index 3");
}

TEST(Array, CopyAndContiguous) {
  Array matrix = Array::from<int64_t>({0, 1, 2, 3, 4, 5}, {2, 3});
  Array transposed = Array::view(matrix.data(), ElementType::i64, {3, 2}, {1, 3});
  Array copy = transposed.contiguous();
  EXPECT_NE(copy.data(), matrix.data());
  EXPECT_EQ(copy, Array::from<int64_t>({0, 3, 1, 4, 2, 5}, {3, 2}));
  EXPECT_EQ(matrix.contiguous().data(), matrix.data());
  EXPECT_NE(matrix.copy().data(), matrix.data());
  EXPECT_EQ(matrix.copy(), matrix);
  EXPECT_FALSE(Array().copy().defined());
}

TEST(Array, AssignWritesThroughStrides) {
  Array matrix = Array::zeros(ElementType::f64, {2, 3});
  Array column = Array::view(matrix.values<double>() + 1, ElementType::f64, {2}, {3});
  column.assign(Array::from<double>({7, 8}));
  EXPECT_EQ(matrix, Array::from<double>({0, 7, 0, 0, 8, 0}, {2, 3}));
  EXPECT_ERROR(column.assign(Array::from<float>({7, 8})), "expected f64 [2], got f32 [2]");
}

TEST(Array, EqualityIsByTypeShapeAndElements) {
  EXPECT_EQ(Array::from<double>({NAN, 1}), Array::from<double>({NAN, 1}));
  EXPECT_FALSE(Array::from<double>({1}) == Array::from<float>({1}));
  EXPECT_FALSE(Array::from<double>({1, 2}) == Array::from<double>({1, 2}, {2, 1}));
  EXPECT_FALSE(Array::from<double>({NAN}) == Array::from<double>({1}));
  EXPECT_EQ(Array::zeros(ElementType::f64, {0}), Array::zeros(ElementType::f64, {0}));
  EXPECT_FALSE(Array() == Array::scalar(1.0));
}

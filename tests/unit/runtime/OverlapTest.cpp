#include "runtime/Overlap.h"
#include <gtest/gtest.h>

using namespace genfuse;

namespace {

double memory[100];

Array part(int64_t offset, Shape shape, Shape strides) {
  return Array::view(memory + offset, ElementType::f64, std::move(shape), std::move(strides));
}

} // namespace

TEST(Overlap, ColumnsOfOneMatrixAreApart) {
  Array left = part(0, {10, 3}, {10, 1}), right = part(3, {10, 7}, {10, 1});
  EXPECT_FALSE(overlap(left, right));
  EXPECT_FALSE(overlap(right, left));
  EXPECT_TRUE(overlap(part(0, {10, 4}, {10, 1}), right));
}

TEST(Overlap, RangesThatTouchAreApart) {
  EXPECT_FALSE(overlap(part(0, {10}, {1}), part(10, {10}, {1})));
  EXPECT_TRUE(overlap(part(0, {11}, {1}), part(10, {10}, {1})));
  EXPECT_TRUE(overlap(part(5, {}, {}), part(0, {10}, {1})));
  EXPECT_FALSE(overlap(part(5, {0}, {1}), part(0, {10}, {1})));
}

TEST(Overlap, NegativeStridesReachBackwards) {
  EXPECT_TRUE(overlap(part(9, {10}, {-1}), part(0, {2}, {1})));
  EXPECT_FALSE(overlap(part(19, {10}, {-1}), part(0, {10}, {1})));
}

TEST(Overlap, DifferentElementSizesCountInBytes) {
  Array wide = part(0, {4}, {1}); // 32 bytes
  Array narrow = Array::view(reinterpret_cast<float *>(memory) + 8, ElementType::f32, {4});
  EXPECT_FALSE(overlap(wide, narrow));
  EXPECT_TRUE(overlap(wide, Array::view(reinterpret_cast<float *>(memory) + 7, ElementType::f32, {4})));
}

TEST(Overlap, AnArrayCanOverlapItself) {
  EXPECT_FALSE(overlapsItself(part(0, {10, 10}, {10, 1})));
  EXPECT_FALSE(overlapsItself(part(0, {10, 10}, {1, 10})));
  EXPECT_TRUE(overlapsItself(part(0, {3, 10}, {0, 1})));
  EXPECT_TRUE(overlapsItself(part(0, {3, 10}, {9, 1})));
  EXPECT_FALSE(overlapsItself(part(0, {1, 10}, {0, 1})));
  EXPECT_FALSE(overlapsItself(part(0, {2, 3, 1}, {3, 2, 1}))); // 0 2 4 and 3 5 7
}

#include "ErrorText.h"
#include "runtime/ChoiceMap.h"

using namespace genfuse;

TEST(LeafArray, WholeLeavesPassWithoutACopy) {
  Array labels = Array::from<int64_t>({3, 1, 4});
  ChoiceMap map{{"image/*/y", labels}};
  EXPECT_EQ(map.leafArray("image/*/y", ElementType::i64, {3}, {}).data(), labels.data());
}

TEST(LeafArray, ElementsAreAssembled) {
  ChoiceMap map{{"y/0", 0.3}, {"y/2", 0.8}, {"y/1", -1.0}};
  EXPECT_EQ(map.leafArray("y/*", ElementType::f64, {3}, {}), Array::from<double>({0.3, -1.0, 0.8}));
  EXPECT_EQ(map.leafArray("y/*", ElementType::f32, {3}, {}), Array::from<float>({0.3f, -1.0f, 0.8f}));
  ChoiceMap vectors{{"v/1", std::vector<double>{3, 4}}, {"v/0", std::vector<double>{1, 2}}};
  EXPECT_EQ(vectors.leafArray("v/*", ElementType::f64, {2}, {2}), Array::from<double>({1, 2, 3, 4}, {2, 2}));
}

TEST(LeafArray, ScalarsAndVectorsWithoutPlates) {
  ChoiceMap map{{"x", 0.3}, {"k", true}, {"v", std::vector<double>{1, 2}}};
  EXPECT_EQ(map.leafArray("x", ElementType::f64, {}, {}), Array::scalar(0.3));
  EXPECT_EQ(map.leafArray("k", ElementType::boolean, {}, {}), Array::scalar(true));
  EXPECT_EQ(map.leafArray("v", ElementType::f64, {}, {2}), Array::from<double>({1, 2}));
  EXPECT_EQ(map.leafArray("none/*", ElementType::f64, {0}, {}).elementCount(), 0);
}

TEST(LeafArray, RowsOfAPlateOfPlates) {
  ChoiceMap map{{"rows/0/y/*", std::vector<double>{1, 2}}, {"rows/1/y/0", 3.0}, {"rows/1/y/1", 4.0}};
  EXPECT_EQ(map.leafArray("rows/*/y/*", ElementType::f64, {2, 2}, {}),
            Array::from<double>({1, 2, 3, 4}, {2, 2}));
  EXPECT_ERROR(map.leafArray("rows/*/y/*", ElementType::f64, {2, 3}, {}),
               "address 'rows/0/y/*': expected shape [3], got [2]");
}

TEST(LeafArray, MissingElementsAreNamed) {
  ChoiceMap map{{"y/0", 0.3}, {"y/2", 0.8}};
  EXPECT_ERROR(map.leafArray("y/*", ElementType::f64, {3}, {}),
               "address 'y/1': expected a value, got none ('y/*' has [3] elements)");
  EXPECT_ERROR(map.leafArray("x", ElementType::f64, {}, {}), "address 'x': expected a value, got none");
}

TEST(LeafArray, IndicesPastTheEndAreNamed) {
  ChoiceMap map{{"y/0", 0.3}, {"y/4", 0.8}, {"rows/1/y/7", 1.0}};
  EXPECT_ERROR(map.leafArray("y/*", ElementType::f64, {4}, {}),
               "address 'y/4': index 4 is past the end of 'y/*', which has 4 elements");
  EXPECT_ERROR(map.leafArray("rows/*/y/*", ElementType::f64, {1, 8}, {}),
               "address 'rows/1/y/7': index 1 is past the end of 'rows/*', which has 1 elements");
}

TEST(LeafArray, TypesAreNotConverted) {
  ChoiceMap map{{"n", 3}, {"x", 0.3}, {"k", true}, {"a", std::vector<double>{1}}, {"f", Array::scalar(1.0f)}};
  EXPECT_ERROR(map.leafArray("n", ElementType::f64, {}, {}), "address 'n': expected type f64, got i64");
  EXPECT_ERROR(map.leafArray("x", ElementType::i64, {}, {}), "address 'x': expected type i64, got f64");
  EXPECT_ERROR(map.leafArray("k", ElementType::i64, {}, {}), "address 'k': expected type i64, got boolean");
  EXPECT_ERROR(map.leafArray("n", ElementType::boolean, {}, {}),
               "address 'n': expected type boolean, got i64");
  EXPECT_ERROR(map.leafArray("a", ElementType::f32, {}, {1}), "address 'a': expected type f32, got f64");
  EXPECT_ERROR(map.leafArray("f", ElementType::f64, {}, {}), "address 'f': expected type f64, got f32");
}

TEST(LeafArray, LiteralsMayStandForReals) {
  ChoiceMap map;
  map.set("n", ChoiceValue(3).literal()).set("a", ChoiceValue(std::vector<double>{0.5}).literal());
  map.set("k", ChoiceValue(true).literal()).set("e", ChoiceValue(std::vector<double>{}).literal());
  EXPECT_EQ(map.leafArray("n", ElementType::f64, {}, {}), Array::scalar(3.0));
  EXPECT_EQ(map.leafArray("n", ElementType::i64, {}, {}), Array::scalar(3));
  EXPECT_EQ(map.leafArray("a", ElementType::f32, {}, {1}), Array::from<float>({0.5f}));
  EXPECT_EQ(map.leafArray("e", ElementType::i64, {}, {0}).describe(), "i64 [0]");
  EXPECT_ERROR(map.leafArray("k", ElementType::f64, {}, {}), "address 'k': expected type f64, got boolean");
  EXPECT_ERROR(map.leafArray("a", ElementType::i64, {}, {1}), "address 'a': expected type i64, got f64");
}

TEST(LeafArray, ShapesAreNamed) {
  ChoiceMap map{{"v", std::vector<double>{1, 2}}, {"y/*", std::vector<double>{1, 2, 3}}, {"z/0", 1.0}};
  EXPECT_ERROR(map.leafArray("v", ElementType::f64, {}, {3}), "address 'v': expected shape [3], got [2]");
  EXPECT_ERROR(map.leafArray("y/*", ElementType::f64, {4}, {}), "address 'y/*': expected shape [4], got [3]");
  EXPECT_ERROR(map.leafArray("z/*", ElementType::f64, {1}, {2}), "address 'z/0': expected shape [2], got []");
  EXPECT_ERROR(map.leafArray("z/*", ElementType::f64, {}, {}),
               "address 'z/*': expected 1 plate lengths, got 0");
}

TEST(LeafArray, ValuesAndSubMapsDoNotMix) {
  ChoiceMap map{{"y", 1.0}, {"x/0/a", 1.0}};
  EXPECT_ERROR(map.leafArray("y/*", ElementType::f64, {1}, {}),
               "address 'y': expected a sub-map with 'y/*', got a value");
  EXPECT_ERROR(map.leafArray("x/*", ElementType::f64, {1}, {}),
               "address 'x/0/a': expected a value at 'x/0', got a sub-map");
}

TEST(LeafArray, UnknownAddressesAreNamed) {
  ChoiceMap map{{"y/0", 1.0}, {"mu", 1.0}};
  map.expectOnly({"mu", "y/*"});
  EXPECT_ERROR(map.expectOnly({"y/*", "z"}),
               "address 'mu': expected an address of 'y/*', 'z', got an unknown one");
  EXPECT_ERROR(map.expectOnly({}), "address 'mu': expected an address of no leaf, got an unknown one");
  EXPECT_ERROR(map.expectOnly({"mu", "y/*/a"}),
               "address 'y/0': expected a sub-map with 'y/*/a', got a value");
  EXPECT_ERROR(map.expectOnly({"mu", "y"}), "address 'y/0': expected a value at 'y', got a sub-map");
}

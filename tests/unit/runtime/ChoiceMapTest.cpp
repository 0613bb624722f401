#include "runtime/ChoiceMap.h"
#include "ErrorText.h"
#include <gmock/gmock.h>

using namespace genfuse;
using testing::ElementsAre;

TEST(ChoiceMap, ValuesKeepTheirKind) {
  ChoiceMap map;
  map.set("x", 0.3).set("n", 3).set("k", true).set("v", std::vector<double>{0.5, 2.25});
  EXPECT_EQ(map.get("x").real(), 0.3);
  EXPECT_EQ(map.get("n").integer(), 3);
  EXPECT_TRUE(map.get("k").boolean());
  EXPECT_EQ(map.get("v").array(), Array::from<double>({0.5, 2.25}));
  EXPECT_ERROR(map.get("n").real(), "expected a real, got an integer");
  EXPECT_ERROR(map.get("x").integer(), "expected an integer, got a real");
  EXPECT_ERROR(map.get("x").boolean(), "expected a boolean, got a real");
  EXPECT_ERROR(map.get("v").real(), "expected a real, got an array f64 [2]");
  EXPECT_ERROR(map.set("w", Array()), "expected a value, got no array");
}

TEST(ChoiceMap, ArraysOfRankZeroAreScalars) {
  ChoiceMap map{{"x", Array::scalar(0.3)}, {"f", Array::scalar(0.3f)}};
  EXPECT_EQ(map.get("x").kind(), ChoiceValue::Kind::real);
  EXPECT_EQ(map.get("f").kind(), ChoiceValue::Kind::array);
  EXPECT_EQ(map.get("x"), ChoiceValue(0.3));
}

TEST(ChoiceMap, GetAndHas) {
  ChoiceMap map{{"y/0", 1.0}, {"image/*/y", std::vector<int64_t>{4, 5, 6}}};
  EXPECT_TRUE(map.has("y/0"));
  EXPECT_FALSE(map.has("y"));
  EXPECT_FALSE(map.has("y/1"));
  EXPECT_TRUE(map.has("image/2/y"));
  EXPECT_FALSE(map.has("image/3/y"));
  EXPECT_TRUE(map.has("image/*/y"));
  EXPECT_EQ(map.get("image/1/y").integer(), 5);
  EXPECT_ERROR(map.get("y/1"), "address 'y/1': expected a value, got none");
  EXPECT_ERROR(map.get("y"), "address 'y': expected a value, got none");
  EXPECT_ERROR(map.get("image/3/y"),
               "address 'image/3/y': index 3 is past the end of 'image/*/y', which has 3 elements");
}

TEST(ChoiceMap, DuplicatesAreErrors) {
  ChoiceMap map{{"x", 1.0}, {"y/3", 1.0}, {"image/*/y", std::vector<int64_t>{1}}};
  EXPECT_ERROR(map.set("x", 2.0), "address 'x': expected one value, got a second one");
  EXPECT_ERROR(map.set("y/*", std::vector<double>{1}),
               "address 'y/*': expected one value, got a second one, after 'y/3'");
  EXPECT_ERROR(map.set("image/0/y", 1), "address 'image/0/y': expected one value, got a second one, after "
                                        "'image/*/y'");
  EXPECT_ERROR(map.set("image/*/y", std::vector<int64_t>{1}),
               "address 'image/*/y': expected one value, got a second one");
  EXPECT_EQ(map.size(), 3u);
  EXPECT_EQ(map.get("x").real(), 1.0);
}

TEST(ChoiceMap, ValuesAndSubMapsDoNotMix) {
  ChoiceMap map{{"x", 1.0}, {"y/3/a", 1.0}, {"z/*", std::vector<double>{1}}};
  EXPECT_ERROR(map.set("x/a", 2.0), "address 'x/a': expected a sub-map at 'x', which has a value");
  EXPECT_ERROR(map.set("y", 2.0), "address 'y': expected no value here, because 'y/3/a' makes it a sub-map");
  EXPECT_ERROR(map.set("y/*", std::vector<double>{1}),
               "address 'y/*': expected no value here, because 'y/3/a' makes it a sub-map");
  EXPECT_ERROR(map.set("z/0/b", 2.0), "address 'z/0/b': expected a sub-map at 'z/*', which has a value");
  EXPECT_ERROR(map.set("z", 2.0), "address 'z': expected no value here, because 'z/*' makes it a sub-map");
  map.set("y/3/b", 1.0).set("y/*/c", std::vector<double>{1});
}

TEST(ChoiceMap, WholeLeavesNeedAnArray) {
  ChoiceMap map;
  EXPECT_ERROR(map.set("y/*", 1.0), "address 'y/*': expected an array of rank 1 or more, got a real");
  EXPECT_ERROR(map.set("rows/*/y/*", std::vector<double>{1}),
               "address 'rows/*/y/*': expected an array of rank 2 or more, got an array f64 [1]");
  EXPECT_TRUE(map.empty());
}

TEST(ChoiceMap, OrderIsStable) {
  ChoiceMap map{{"z", 1.0}, {"y/10", 1.0}, {"y/2", 1.0}, {"a/*/b", std::vector<double>{1}}, {"a/3/c", 1.0}};
  std::vector<std::string> order;
  for (const auto &[pattern, value] : map.entries())
    order.push_back(pattern.text());
  EXPECT_THAT(order, ElementsAre("a/3/c", "a/*/b", "y/2", "y/10", "z"));
  EXPECT_THAT(map.leaves(), ElementsAre("a/*/b", "a/*/c", "y/*", "z"));
}

TEST(ChoiceMap, SubmapDropsThePrefix) {
  ChoiceMap map{{"in/x", 0.8}, {"in/y/0", 1.5}, {"in/y/1", 2.5}, {"w", 1.0}};
  EXPECT_EQ(map.submap("in"), (ChoiceMap{{"x", 0.8}, {"y/0", 1.5}, {"y/1", 2.5}}));
  EXPECT_EQ(map.submap("in/y"), (ChoiceMap{{"0", 1.5}, {"1", 2.5}}));
  EXPECT_TRUE(map.submap("out").empty());
  EXPECT_ERROR(map.submap("w"), "address 'w': expected a sub-map, got a value at 'w'");
  EXPECT_ERROR(map.submap("w/a"), "address 'w/a': expected a sub-map, got a value at 'w'");
}

TEST(ChoiceMap, SubmapSelectsFromWholeLeaves) {
  Array rows = Array::from<double>({1, 2, 3, 4, 5, 6}, {2, 3});
  ChoiceMap map{{"rows/*/y/*", rows}, {"rows/1/m", 0.5}};
  ChoiceMap second = map.submap("rows/1");
  EXPECT_EQ(second, (ChoiceMap{{"y/*", std::vector<double>{4, 5, 6}}, {"m", 0.5}}));
  EXPECT_EQ(second.get("y/*").array().data(), rows.values<double>() + 3);
  EXPECT_EQ(map.submap("rows/0/y").get("2").real(), 3.0);
  EXPECT_TRUE(map.submap("rows/2").empty());
}

TEST(ChoiceMap, MergeRefusesDuplicates) {
  ChoiceMap first{{"x", 1.0}}, second{{"y/0", 2.0}};
  EXPECT_EQ(first.merge(second), (ChoiceMap{{"x", 1.0}, {"y/0", 2.0}}));
  EXPECT_ERROR(first.merge(ChoiceMap{{"y", 1.0}, {"x", 3.0}}),
               "address 'x': expected one value, got a second one");
  EXPECT_EQ(first, (ChoiceMap{{"x", 1.0}}));
}

TEST(ChoiceMap, EqualityIsByKindAndValue) {
  EXPECT_FALSE((ChoiceMap{{"x", 1.0}}) == (ChoiceMap{{"x", 1}}));
  EXPECT_FALSE((ChoiceMap{{"x", 1.0}}) == (ChoiceMap{{"y", 1.0}}));
  EXPECT_EQ((ChoiceMap{{"x", 1}, {"y", true}}), (ChoiceMap{{"y", true}, {"x", 1}}));
}

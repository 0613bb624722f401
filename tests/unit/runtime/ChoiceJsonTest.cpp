#include "runtime/ChoiceJson.h"
#include "ErrorText.h"
#include <cmath>
#include <nlohmann/json.hpp>

using namespace genfuse;

namespace {

ChoiceMap read(const char *text) { return choicesFromJson(parseJson(text)); }

} // namespace

TEST(ChoiceJson, FlatAndNestedAddressesAreTheSame) {
  ChoiceMap flat = read(R"({"rows/0/m": 0.3, "rows/0/y/1": 1.5, "k": true})");
  EXPECT_EQ(flat, read(R"({"rows": {"0": {"m": 0.3, "y/1": 1.5}}, "k": true})"));
  EXPECT_EQ(flat, (ChoiceMap{{"rows/0/m", 0.3}, {"rows/0/y/1", 1.5}, {"k", true}}));
  EXPECT_TRUE(read("{}").empty());
}

TEST(ChoiceJson, KindsAreKept) {
  ChoiceMap map = read(R"({"i": 3, "r": 3.0, "b": false, "v": [1, 2.5], "n": [1, 2], "m": [[1.0], [2.0]],
                           "f": [true, false], "y/*": [0.5, "inf"], "p": "inf", "q": "-inf", "nan": "nan"})");
  EXPECT_EQ(map.get("i").integer(), 3);
  EXPECT_EQ(map.get("r").real(), 3.0);
  EXPECT_FALSE(map.get("b").boolean());
  EXPECT_EQ(map.get("v").array(), Array::from<double>({1, 2.5}));
  EXPECT_EQ(map.get("n").array(), Array::from<int64_t>({1, 2}));
  EXPECT_EQ(map.get("m").array(), Array::from<double>({1, 2}, {2, 1}));
  EXPECT_EQ(map.get("f").array(), Array::from(std::vector<bool>{true, false}));
  EXPECT_EQ(map.get("y/1").real(), INFINITY);
  EXPECT_EQ(map.get("p").real(), INFINITY);
  EXPECT_EQ(map.get("q").real(), -INFINITY);
  EXPECT_TRUE(std::isnan(map.get("nan").real()));
}

TEST(ChoiceJson, IntegersMayStandForRealsButNotTheReverse) {
  ChoiceMap map = read(R"({"x": 1, "y": 1.0, "z/*": [1, 2], "big": 9007199254740993})");
  EXPECT_EQ(map.leafArray("x", ElementType::f64, {}, {}), Array::scalar(1.0));
  EXPECT_EQ(map.leafArray("z/*", ElementType::f32, {2}, {}), Array::from<float>({1, 2}));
  EXPECT_ERROR(map.leafArray("y", ElementType::i64, {}, {}), "address 'y': expected type i64, got f64");
  EXPECT_EQ(map.get("big").integer(), 9007199254740993);
  EXPECT_EQ(map.get("z/1").isLiteral(), true);
}

TEST(ChoiceJson, RoundTrip) {
  ChoiceMap map{{"x", 1.0}, {"n", 3},         {"k", true},  {"v", Array::from<double>({1, 2, 3, 4}, {2, 2})},
                {"p", NAN}, {"q", -INFINITY}, {"y/0", 0.1}, {"z/*", std::vector<int64_t>{1, 2}}};
  EXPECT_EQ(
      choicesToJson(map).dump(),
      R"({"k":true,"n":3,"p":"nan","q":"-inf","v":[[1.0,2.0],[3.0,4.0]],"x":1.0,"y/0":0.1,"z/*":[1,2]})");
  EXPECT_EQ(read(choicesToJson(map).dump().c_str()), map);
}

TEST(ChoiceJson, BadValuesAreNamed) {
  EXPECT_ERROR(read(R"({"a": {"x": null}})"), "address 'a/x': expected numbers or booleans, got null");
  EXPECT_ERROR(read(R"({"x": "one"})"), "address 'x': expected numbers or booleans, got \"one\"");
  EXPECT_ERROR(read(R"({"x": [1, [2]]})"),
               "address 'x': expected rows of equal shape, got an array with others");
  EXPECT_ERROR(read(R"({"x": [[1, 2], [3]]})"),
               "address 'x': expected rows of equal shape, got an array with others");
  EXPECT_ERROR(read(R"({"x": [1, true]})"),
               "address 'x': expected numbers or booleans, got an array of both");
  EXPECT_ERROR(read(R"({"x": [{"y": 1}]})"), "address 'x': expected numbers or booleans, got {\"y\":1}");
  EXPECT_ERROR(read(R"({"x": 18446744073709551615})"),
               "address 'x': expected an integer of 64 bits, got 18446744073709551615");
  EXPECT_ERROR(read("[1]"), "choice map: expected a json object, got array");
  EXPECT_ERROR(read(R"({"y": {"*": 1.0}})"),
               "address 'y/*': expected an array of rank 1 or more, got a real");
  EXPECT_ERROR(read(R"({"": 1.0})"), "address '' has an empty component");
  EXPECT_ERROR(read(R"({"": {"x": 1.0}})"), "address '/x' has an empty component");
}

TEST(ChoiceJson, DuplicatesAreNamed) {
  EXPECT_ERROR(read(R"({"x": 1, "x": 2})"), "json: expected each key once in an object, got 'x' twice");
  EXPECT_ERROR(read(R"({"a/x": 1, "a": {"x": 2}})"), "address 'a/x': expected one value, got a second one");
  EXPECT_ERROR(read(R"({"a": 1, "a/x": 2})"), "address 'a/x': expected a sub-map at 'a', which has a value");
}

TEST(ChoiceJson, BadTextIsAnError) {
  EXPECT_ERROR(read(R"({"x": )"),
               "json: expected a complete document, got a syntax error at line 1, column 7");
  EXPECT_ERROR(read(R"({"x": 1e999})"), "json: expected numbers that a double holds, got a larger one");
}

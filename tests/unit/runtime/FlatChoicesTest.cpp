#include "runtime/FlatChoices.h"
#include "ErrorText.h"
#include "runtime/ChoiceJson.h"
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

using namespace genfuse;

namespace {

/// k, mu, rows/*/m, rows/*/y/*, v for two rows of three, and a vector choice of 2 x 2.
FlatChoices layout() {
  return FlatChoices({{"k", ElementType::boolean, {}, {}},
                      {"mu", ElementType::f64, {}, {}},
                      {"rows/*/m", ElementType::f32, {2}, {}},
                      {"rows/*/y/*", ElementType::i64, {2, 3}, {}},
                      {"v", ElementType::f64, {}, {2, 2}}});
}

ChoiceMap choices() {
  return {{"k", true},
          {"mu", 0.5},
          {"rows/*/m", Array::from<float>({1.5f, 2.5f})},
          {"rows/*/y/*", Array::from<int64_t>({1, 2, 3, 4, 5, 6}, {2, 3})},
          {"v", Array::from<double>({7, 8, 9, 10}, {2, 2})}};
}

} // namespace

TEST(FlatChoices, TheOrderIsThatOfLeavesThenRowMajor) {
  EXPECT_EQ(layout().flatten(choices()),
            Array::from<double>({1, 0.5, 1.5, 2.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(layout().elementCount(), 14);
  EXPECT_EQ(layout().nameAt(0), "k");
  EXPECT_EQ(layout().nameAt(3), "rows/1/m");
  EXPECT_EQ(layout().nameAt(4), "rows/0/y/0");
  EXPECT_EQ(layout().nameAt(8), "rows/1/y/1");
  EXPECT_EQ(layout().nameAt(12), "v[1, 0]");
  EXPECT_ERROR(layout().nameAt(14), "flat choices: expected a position below 14, got 14");
}

TEST(FlatChoices, RoundTrips) {
  EXPECT_EQ(layout().unflatten(layout().flatten(choices())), choices());
  EXPECT_EQ(layout().fromBytes(layout().toBytes(choices())), choices());
  const FlatChoices one({{"x/*", ElementType::f64, {3}, {}}});
  const double infinity = std::numeric_limits<double>::infinity();
  const ChoiceMap odd{{"x/*", std::vector<double>{infinity, -0.0, std::nan("")}}};
  EXPECT_EQ(one.unflatten(one.flatten(odd)), odd);
  EXPECT_EQ(one.fromBytes(one.toBytes(odd)), odd);
}

TEST(FlatChoices, ElementsOneByOneAreAWholeLeaf) {
  const FlatChoices flat({{"y/*", ElementType::f64, {3}, {}}});
  const ChoiceMap single{{"y/2", 3.0}, {"y/0", 1.0}, {"y/1", 2.0}};
  EXPECT_EQ(flat.flatten(single), Array::from<double>({1, 2, 3}));
  EXPECT_EQ(flat.unflatten(flat.flatten(single)).get("y/2").real(), 3.0);
}

TEST(FlatChoices, JsonGoesThrough) {
  const ChoiceMap read = choicesFromJson(parseJson(R"({"k": true, "mu": 1, "rows": {"0": {"m": 1.5, "y/0": 1,
      "y/1": 2, "y/2": 3}, "1": {"m": 2.5, "y/0": 4, "y/1": 5, "y/2": 6}}, "v": [[7, 8], [9, 10]]})"));
  const Array flat = layout().flatten(read);
  EXPECT_EQ(flat, Array::from<double>({1, 1, 1.5, 2.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(layout().flatten(choicesFromJson(choicesToJson(layout().unflatten(flat)))), flat);
}

TEST(FlatChoices, BytesAreAlignedToTheirElements) {
  const std::vector<std::byte> bytes = layout().toBytes(choices());
  // k at 0, mu at 8, two floats at 16, six integers at 24, four doubles at 72.
  EXPECT_EQ(bytes.size(), 104u);
  EXPECT_EQ(bytes[0], std::byte(1));
  EXPECT_EQ(bytes[1], std::byte(0));
  EXPECT_EQ(*reinterpret_cast<const int64_t *>(&bytes[24]), 1);
}

TEST(FlatChoices, WrongLengthsAreErrors) {
  const std::string sizes = " (k: 1, mu: 1, rows/*/m: 2, rows/*/y/*: 6, v: 4)";
  EXPECT_ERROR(layout().unflatten(Array::zeros(ElementType::f64, {13})),
               "flat choices: expected f64 [14]" + sizes + ", got f64 [13]");
  EXPECT_ERROR(layout().unflatten(Array::zeros(ElementType::f32, {14})),
               "flat choices: expected f64 [14]" + sizes + ", got f32 [14]");
  EXPECT_ERROR(layout().unflatten(Array()), "flat choices: expected f64 [14]" + sizes + ", got no array");
  EXPECT_ERROR(layout().fromBytes(std::vector<std::byte>(103)),
               "flat choices: expected 104 bytes" + sizes + ", got 103");
}

TEST(FlatChoices, NumbersThatAreNoneOfTheLeafAreErrors) {
  Array flat = layout().flatten(choices());
  flat.values<double>()[5] = 2.5;
  EXPECT_ERROR(layout().unflatten(flat), "address 'rows/0/y/1': expected an integer, got 2.5");
  flat.values<double>()[5] = std::nan("");
  EXPECT_ERROR(layout().unflatten(flat), "address 'rows/0/y/1': expected an integer, got nan");
  flat.values<double>()[5] = 0x1p63;
  EXPECT_ERROR(layout().unflatten(flat),
               "address 'rows/0/y/1': expected an integer, got 9.2233720368547758e+18");
  flat.values<double>()[0] = 2;
  EXPECT_ERROR(layout().unflatten(flat), "address 'k': expected a boolean, 0 or 1, got 2");
  std::vector<std::byte> bytes = layout().toBytes(choices());
  bytes[0] = std::byte(7);
  EXPECT_ERROR(layout().fromBytes(bytes), "address 'k': expected a boolean, 0 or 1, got 7");
  const FlatChoices one({{"n", ElementType::i64, {}, {}}});
  EXPECT_ERROR(one.flatten({{"n", (int64_t(1) << 53) + 1}}),
               "address 'n': expected an integer that a double holds, got 9007199254740993");
  EXPECT_EQ(one.fromBytes(one.toBytes({{"n", (int64_t(1) << 53) + 1}})).get("n").integer(), 9007199254740993);
}

TEST(FlatChoices, ChoicesThatDoNotFitAreErrors) {
  EXPECT_ERROR(layout().flatten({{"mu", 0.5}}), "address 'k': expected a value, got none");
  ChoiceMap more = choices();
  more.set("z", 1.0);
  EXPECT_ERROR(layout().flatten(more),
               "address 'z': expected an address of 'k', 'mu', 'rows/*/m', 'rows/*/y/*', "
               "'v', got an unknown one");
  EXPECT_ERROR(FlatChoices({{"y/*", ElementType::f64, {}, {}}}),
               "address 'y/*': expected 1 plate lengths, got 0");
  EXPECT_ERROR(FlatChoices({{"x", ElementType::f64, {}, {}}, {"x", ElementType::f64, {}, {}}}),
               "address 'x': expected one value, got a second one");
}

TEST(FlatChoices, OfASignature) {
  Signature signature;
  signature.symbols = {"s.0"};
  signature.arrays = {{"s", Role::argument, ElementType::f32, {{0, {{1, 0}}}}, false, false, {}},
                      {"mu", Role::choice, ElementType::f32, {}, false, false, {}},
                      {"y/*", Role::choice, ElementType::f32, {{-1, {{2, 0}}}}, false, false, {}},
                      {"score", Role::score, ElementType::f64, {}, false, true, {}}};
  const FlatChoices flat = FlatChoices::of(signature, {{"s.0", 3}, {"instances", 1}});
  ASSERT_EQ(flat.leaves().size(), 2u);
  EXPECT_EQ(flat.leaves()[1].plateLengths, Shape{5});
  EXPECT_EQ(flat.elementCount(), 6);
  EXPECT_ERROR(FlatChoices::of(signature, {}), "flat choices: expected a size for 's.0', got none");
}

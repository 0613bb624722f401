#include "runtime/Selection.h"
#include "ErrorText.h"
#include <gmock/gmock.h>

using namespace genfuse;
using testing::ElementsAre;
using testing::IsEmpty;
using Elements = std::vector<std::vector<int64_t>>;

static Selection read(const char *text) { return Selection::parse(text); }

TEST(Selection, AllAndNone) {
  EXPECT_TRUE(Selection::all().contains("a/3"));
  EXPECT_FALSE(Selection::none().contains("a/3"));
  EXPECT_FALSE(Selection().contains("a"));
  EXPECT_EQ(Selection(), Selection::none());
}

TEST(Selection, PathsSelectWhatLiesAtAndBelow) {
  EXPECT_TRUE(read("a/b").contains("a/b"));
  EXPECT_FALSE(read("a/b").contains("a/c"));
  EXPECT_FALSE(read("a/b").contains("a"));
  EXPECT_TRUE(read("rows").contains("rows/3/m"));
  EXPECT_TRUE(read("rows/3").contains("rows/3/y/0"));
  EXPECT_FALSE(read("rows/3").contains("rows/2/y/0"));
  EXPECT_FALSE(read("row").contains("rows/3/m"));
}

TEST(Selection, StarsStandForEveryIndex) {
  EXPECT_TRUE(read("y/*").contains("y/12"));
  EXPECT_TRUE(read("rows/*/m").contains("rows/7/m"));
  EXPECT_FALSE(read("rows/*/m").contains("rows/7/y/0"));
  EXPECT_TRUE(read("rows/*").contains("rows/7/y/0"));
  EXPECT_FALSE(read("*/m").contains("a/m"));
}

TEST(Selection, Operators) {
  const Selection selection = read("~(rows/1 | x) & ~y/0 | x");
  EXPECT_TRUE(selection.contains("x"));
  EXPECT_FALSE(selection.contains("rows/1/m"));
  EXPECT_TRUE(selection.contains("rows/2/m"));
  EXPECT_FALSE(selection.contains("y/0"));
  EXPECT_TRUE(selection.contains("y/1"));
  EXPECT_EQ(selection,
            (~(Selection::at("rows/1") | Selection::at("x")) & ~Selection::at("y/0")) | Selection::at("x"));
  EXPECT_EQ(Selection::at(Address::parse("y/0")), read("y/0"));
}

TEST(Selection, TextComesBack) {
  for (const char *text : {"all", "none", "a/b", "y/*", "~(a | b)", "~a | b", "(a | b) & ~c", "a & b | c & d",
                           "~~a", "a | ~(b & c)", "\"all\"", "\"none\"", "\"a(1)/b\"", "all/x"})
    EXPECT_EQ(read(text).text(), text);
  EXPECT_EQ(read(" ( (a|(b|c) )) ").text(), "a | b | c");
  EXPECT_EQ(read("\"a\"").text(), "a");
  EXPECT_TRUE(read("\"all\"").contains("all"));
  EXPECT_FALSE(read("\"all\"").contains("b"));
}

TEST(Selection, BadTextIsAnErrorWithItsColumn) {
  EXPECT_ERROR(read(""), "selection '': expected an address, all, none, '~' or '(' at column 1, got the end");
  EXPECT_ERROR(read("a | "),
               "selection 'a | ': expected an address, all, none, '~' or '(' at column 5, got the end");
  EXPECT_ERROR(read("a b"), "selection 'a b': expected '|', '&' or the end at column 3, got 'b'");
  EXPECT_ERROR(read("(a"), "selection '(a': expected '|', '&' or ')' at column 3, got the end");
  EXPECT_ERROR(read("a)"), "selection 'a)': expected '|', '&' or the end at column 2, got ')'");
  EXPECT_ERROR(read("\"a"), "selection '\"a': expected '\"' at column 3, got the end");
  EXPECT_ERROR(read("a | b//c"), "selection 'a | b//c': column 5: address 'b//c' has an empty component");
  EXPECT_ERROR(read("y/01"),
               "selection 'y/01': column 1: address 'y/01' has the index '01' with a leading zero");
  const std::string deep = std::string(200, '~') + "a";
  EXPECT_ERROR(read(deep.c_str()), "selection '" + deep +
                                       "': expected at most 200 nested parentheses and complements at column "
                                       "201, got 'a'");
  EXPECT_TRUE(read(deep.c_str() + 1 + 1).contains("a"));
}

TEST(Selection, ExtentOfALeaf) {
  const std::vector<std::string> leaves = {"mu", "rows/*/m", "rows/*/y/*"};
  auto extents = [&](const char *text) {
    std::string result;
    for (const auto &[leaf, extent] : read(text).leaves(leaves))
      result += std::string(result.empty() ? "" : " ") + extentName(extent);
    return result;
  };
  EXPECT_EQ(extents("all"), "all all all");
  EXPECT_EQ(extents("none"), "none none none");
  EXPECT_EQ(extents("rows"), "none all all");
  EXPECT_EQ(extents("rows/*/m | mu"), "all all none");
  EXPECT_EQ(extents("~rows/*/y"), "all all none");
  EXPECT_EQ(extents("rows/2"), "none some some");
  EXPECT_EQ(extents("rows/*/y/2"), "none none some");
  EXPECT_EQ(extents("rows/2 | ~rows/2"), "all all all");
  EXPECT_EQ(extents("rows/2 & rows/3"), "none none none");
  EXPECT_EQ(extents("rows/2 & rows/*/m"), "none some none");
  EXPECT_EQ(read("mu").leaves({"z", "mu"}),
            (std::vector<LeafExtent>{{"z", Extent::none}, {"mu", Extent::all}}));
}

TEST(Selection, UnknownAddressesAreErrors) {
  const std::vector<std::string> leaves = {"mu", "rows/*/m", "rows/*/y/*"};
  const std::string expected = ", expected one of the model's choices or what holds them; the nearest is ";
  EXPECT_ERROR(read("all | nu").leaves(leaves), "selection: unknown address 'nu'" + expected + "'mu'");
  EXPECT_ERROR(read("~rows/*/x").leaves(leaves),
               "selection: unknown address 'rows/*/x'" + expected + "'rows/*/m'");
  EXPECT_ERROR(read("row").leaves(leaves), "selection: unknown address 'row'" + expected + "'rows'");
  EXPECT_ERROR(read("mu/0").leaves(leaves), "selection: unknown address 'mu/0'" + expected + "'mu'");
  EXPECT_ERROR(read("rows/0/y/1/z").leaves(leaves),
               "selection: unknown address 'rows/0/y/1/z'" + expected + "'rows/*/y/*'");
  EXPECT_ERROR(read("mu").leaves({}), "selection: unknown address 'mu', expected none: there are no choices");
  EXPECT_THAT(read("all").leaves({}), IsEmpty());
}

TEST(Selection, ElementsOfALeaf) {
  EXPECT_EQ(read("y/3 | y/1").elements("y/*", {5}), (Elements{{1}, {3}}));
  EXPECT_EQ(read("~y/3").elements("y/*", {5}), (Elements{{0}, {1}, {2}, {4}}));
  EXPECT_EQ(read("mu").elements("mu", {}), Elements{{}});
  EXPECT_EQ(read("none").elements("mu", {}), Elements{});
  EXPECT_EQ(read("r/1").elements("r/*/y/*", {2, 2}), (Elements{{1, 0}, {1, 1}}));
  EXPECT_EQ(read("r/*/y/0 & ~r/1").elements("r/*/y/*", {3, 2}), (Elements{{0, 0}, {2, 0}}));
  EXPECT_EQ(read("y").elements("y/*", {0}), Elements{});
  // Two of a plate that could not be written out.
  EXPECT_EQ(read("y/7 | y/900000000000").elements("y/*", {int64_t(1) << 60}),
            (Elements{{7}, {900000000000}}));
  EXPECT_ERROR(read("y/5").elements("y/*", {5}),
               "selection: index 5 is past the end of 'y/*', which has [5] elements");
  EXPECT_ERROR(read("y").elements("y/*", {}), "address 'y/*': expected 1 plate lengths, got 0");
}

TEST(Selection, ElementsAreThoseItContains) {
  const Pattern leaf = Pattern::parse("r/*/y/*");
  for (const char *text : {"all", "none", "r", "r/1", "r/*/y/2", "~r/0/y/1", "r/2/y/0 | r/1",
                           "~(r/0 | r/*/y/1)", "r/1 & ~r/1/y/2", "~~r/2"}) {
    const Selection selection = read(text);
    Elements expected;
    for (int64_t i = 0; i < 3; ++i)
      for (int64_t j = 0; j < 4; ++j)
        if (selection.contains(leaf.at({i, j})))
          expected.push_back({i, j});
    EXPECT_EQ(selection.elements("r/*/y/*", {3, 4}), expected) << text;
    const Extent extent = expected.empty()        ? Extent::none
                          : expected.size() == 12 ? Extent::all
                                                  : Extent::some;
    EXPECT_EQ(selection.extentOf("r/*/y/*"), extent) << text;
  }
}

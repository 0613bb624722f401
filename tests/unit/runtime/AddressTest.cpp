#include "runtime/Address.h"
#include "ErrorText.h"
#include <algorithm>

using namespace genfuse;

TEST(Address, ParsesWordsAndIndices) {
  Address address = Address::parse("rows/1/y/0");
  ASSERT_EQ(address.path().size(), 4u);
  EXPECT_EQ(address.path()[0].word, "rows");
  EXPECT_EQ(address.path()[1].kind, Component::Kind::index);
  EXPECT_EQ(address.path()[1].index, 1);
  EXPECT_EQ(address.text(), "rows/1/y/0");
  EXPECT_EQ(Address::parse("0/x").path()[0].kind, Component::Kind::index);
  EXPECT_EQ(Address::parse("x1").path()[0].kind, Component::Kind::word);
}

TEST(Address, BadTextIsAnError) {
  EXPECT_ERROR(Address::parse(""), "address '' has an empty component");
  EXPECT_ERROR(Address::parse("a//b"), "address 'a//b' has an empty component");
  EXPECT_ERROR(Address::parse("a/"), "address 'a/' has an empty component");
  EXPECT_ERROR(Address::parse("y/*"),
               "address 'y/*' has the component '*', which only the name of a leaf may have");
  EXPECT_ERROR(Address::parse("y/01"), "address 'y/01' has the index '01' with a leading zero");
  EXPECT_ERROR(
      Address::parse("y/9223372036854775808"),
      "address 'y/9223372036854775808' has the index '9223372036854775808', which 64 bits do not hold");
  EXPECT_ERROR(Address::parse("y/a b"), "address 'y/a b' has a character of the request grammar in 'a b'");
  EXPECT_ERROR(Pattern::parse("y/[]"), "address 'y/[]' has a character of the request grammar in '[]'");
  EXPECT_ERROR(Pattern::parse("y/a*"), "address 'y/a*' has a character of the request grammar in 'a*'");
}

TEST(Address, OrderIsByNumberAndThenByWord) {
  std::vector<Address> addresses;
  for (const char *text : {"z", "y/10", "y/b", "y/2", "y", "a"})
    addresses.push_back(Address::parse(text));
  std::sort(addresses.begin(), addresses.end());
  std::string order;
  for (const Address &address : addresses)
    order += address.text() + " ";
  EXPECT_EQ(order, "a y y/2 y/10 y/b z ");
}

TEST(Pattern, MatchGivesTheIndices) {
  Pattern leaf = Pattern::parse("rows/*/y/*");
  EXPECT_EQ(leaf.stars(), 2u);
  EXPECT_EQ(leaf.match(Address::parse("rows/3/y/12")), (std::vector<int64_t>{3, 12}));
  EXPECT_FALSE(leaf.match(Address::parse("rows/3/y")));
  EXPECT_FALSE(leaf.match(Address::parse("rows/3/z/1")));
  EXPECT_FALSE(leaf.match(Address::parse("rows/a/y/1")));
  EXPECT_EQ(Pattern::parse("x").match(Address::parse("x")), std::vector<int64_t>{});
  EXPECT_TRUE(Pattern::parse("y/3").match(Address::parse("y/3")));
  EXPECT_FALSE(Pattern::parse("y/3").match(Address::parse("y/4")));
}

TEST(Pattern, AtAndErased) {
  Pattern leaf = Pattern::parse("rows/*/y/*");
  EXPECT_EQ(leaf.at({1, 0}).text(), "rows/1/y/0");
  EXPECT_ERROR(leaf.at({1}), "address 'rows/*/y/*': expected 2 indices, got 1");
  EXPECT_EQ(Pattern(Address::parse("rows/1/y/0")).erased(), leaf);
}

TEST(Pattern, Relations) {
  auto relation = [](const char *first, const char *second) {
    return relate(Pattern::parse(first).path(), Pattern::parse(second).path());
  };
  EXPECT_EQ(relation("y/3", "y/*"), Relation::same);
  EXPECT_EQ(relation("y/3/z", "y/*"), Relation::inside);
  EXPECT_EQ(relation("y", "y/*"), Relation::around);
  EXPECT_EQ(relation("y/a", "y/*"), Relation::apart);
  EXPECT_EQ(relation("a/*/2", "a/1/*"), Relation::same);
}

// Changes of traces against what assess says of the traces before and after.
#include "codegen/Trace.h"
#include "runtime/Error.h"
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

using namespace genfuse;
using testing::HasSubstr;

namespace {

Model modelNamed(const std::string &name) {
  return Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/changes.mlir", name);
}

Array positive(const Shape &shape, unsigned seed) {
  std::mt19937 bits(seed);
  Array array = Array::zeros(ElementType::f64, shape);
  for (int64_t i = 0; i < array.elementCount(); ++i)
    array.values<double>()[i] = 0.5 + (bits() % 1000) / 1000.0;
  return array;
}

double at(const Array &array, int64_t instance) {
  return array.values<double>()[array.rank() == 0 ? 0 : instance];
}

struct Setting {
  Mapping mapping;
  int64_t instances;
};

/// Scores are sums of some 20 terms of size 1 to 10: rounding stays far below this.
constexpr double tolerance = 1e-11;

class TraceChangeTest : public testing::TestWithParam<Setting> {
protected:
  Program program(const std::string &model) {
    return Program(modelNamed(model), {Precision::f64, "native", GetParam().mapping});
  }
  RunOptions options(uint64_t seed) {
    RunOptions options;
    options.seed = seed;
    options.instances = GetParam().instances;
    return options;
  }
  Trace nested(const Program &program, int64_t rows, int64_t columns) {
    Inputs inputs;
    inputs.arguments = {{"a", Array::scalar(0.3)}, {"s", positive({rows, columns}, 1)}};
    return program.simulate(inputs, options(7));
  }

  /// The score that assess gives the trace as it is.
  static Array assessed(Trace trace) {
    trace.refresh();
    return trace.score();
  }

  /// The trace's score and choices are what the change said, and everything else stayed.
  void expectMade(const Trace &before, const Trace &after, const TraceChange &change) {
    Array old = assessed(before), now = assessed(after);
    for (int64_t b = 0; b < GetParam().instances; ++b) {
      EXPECT_NEAR(at(change.scoreChange(), b), at(now, b) - at(old, b), tolerance) << change.request();
      EXPECT_NEAR(at(after.score(), b), at(now, b), tolerance) << change.request();
    }
  }
};

/// Addresses of the model `nested` with these sizes.
std::vector<std::string> addresses(int64_t rows, int64_t columns) {
  std::vector<std::string> all = {"mu", "z"};
  for (int64_t i = 0; i < rows; ++i) {
    all.push_back("rows/" + std::to_string(i) + "/m");
    all.push_back("w/" + std::to_string(i));
    for (int64_t j = 0; j < columns; ++j)
      all.push_back("rows/" + std::to_string(i) + "/y/" + std::to_string(j));
  }
  return all;
}

TEST_P(TraceChangeTest, UpdatesOfAnyAddressesAgreeWithAssess) {
  Program compiled = program("nested");
  std::mt19937 bits(3);
  for (int round = 0; round < 25; ++round) {
    Trace before = nested(compiled, 3, 4), after = before;
    ChoiceMap constraints;
    for (const std::string &address : addresses(3, 4))
      if (bits() % (1 + round % 6) == 0)
        constraints.set(address, (bits() % 2000) / 1000.0 - 1);
    if (round % 3 == 0 && !constraints.has("w/0") && !constraints.has("w/1") && !constraints.has("w/2"))
      constraints.set("w/*", ChoiceValue(positive({3}, round)));
    ChangeOptions options;
    if (round % 4 == 1)
      options.arguments["a"] = Array::scalar(1.5);
    if (round % 5 == 1)
      options.arguments["s"] = positive({3, 4}, 2);
    TraceChange change = after.update(constraints, options);
    for (int64_t b = 0; b < GetParam().instances; ++b)
      EXPECT_NEAR(at(change.weight(), b), at(change.scoreChange(), b), tolerance) << change.request();
    ChoiceMap old = before.choiceMap();
    change.commit();
    expectMade(before, after, change);
    EXPECT_EQ(before.choiceMap(), old) << "a copy of the trace is another trace";
    // And back.
    ChangeOptions back;
    if (options.arguments.count("a"))
      back.arguments["a"] = Array::scalar(0.3);
    if (options.arguments.count("s"))
      back.arguments["s"] = positive({3, 4}, 1);
    if (GetParam().instances == 1) {
      TraceChange again = after.update(change.discard(), back);
      EXPECT_NEAR(at(again.weight(), 0), -at(change.weight(), 0), tolerance) << again.request();
      again.commit();
      EXPECT_EQ(after.choiceMap(), old) << change.request();
    }
  }
}

TEST_P(TraceChangeTest, RegenerateWeighsWhatIsNotSelected) {
  Program compiled = program("nested");
  std::mt19937 bits(5);
  for (int round = 0; round < 20; ++round) {
    Trace before = nested(compiled, 3, 4), after = before;
    Selection selection;
    for (const std::string &address : addresses(3, 4))
      if (bits() % (2 + round % 5) == 0)
        selection = selection | Selection::at(address);
    if (round % 4 == 0)
      selection = selection | Selection::at("rows/1");
    ChangeOptions options;
    options.seed = 100 + round;
    TraceChange change = after.regenerate(selection, options);
    Array kept = before.project(~selection), all = before.project(Selection::all());
    change.commit();
    expectMade(before, after, change);
    Array keptNow = after.project(~selection), selected = before.project(selection);
    for (int64_t b = 0; b < GetParam().instances; ++b) {
      EXPECT_NEAR(at(change.weight(), b), at(keptNow, b) - at(kept, b), tolerance) << change.request();
      EXPECT_NEAR(at(all, b), at(before.score(), b), tolerance);
      EXPECT_NEAR(at(all, b), at(kept, b) + at(selected, b), tolerance);
      for (const std::string &address : addresses(3, 4)) {
        bool same = before.choiceMap(b).get(address) == after.choiceMap(b).get(address);
        EXPECT_EQ(same, !selection.contains(address)) << address << " " << change.request();
      }
    }
    EXPECT_TRUE(change.discard().empty());
  }
}

TEST_P(TraceChangeTest, PlatesGrowAndShrink) {
  Program compiled = program("nested");
  for (auto [rows, columns] : {std::pair{5, 4}, {3, 6}, {4, 5}, {2, 4}, {3, 1}, {1, 2}, {0, 4}, {3, 0}}) {
    Trace before = nested(compiled, 3, 4), after = before;
    Array larger = positive({rows, columns}, 9);
    ChangeOptions options;
    options.seed = 5;
    options.arguments["s"] = larger;
    if (columns != 4) {
      // Only the first dimension of an argument may change its length.
      EXPECT_THROW(after.update({}, options), Error);
      continue;
    }
    ChoiceMap constraints;
    if (rows == 5)
      constraints.set("rows/4/m", 0.25).set("rows/3/m", -0.5);
    TraceChange change = after.update(constraints, options);
    EXPECT_EQ(before.choiceMap(), after.choiceMap()) << "nothing is changed before the commit";
    change.commit();
    expectMade(before, after, change);
    EXPECT_EQ(after.choices().at("rows/*/m").shape()[0], rows);
    if (rows == 5)
      EXPECT_EQ(after.choiceMap().get("rows/4/m").real(), 0.25);
    for (int64_t b = 0; b < GetParam().instances; ++b)
      for (int64_t i = rows; i < 3; ++i)
        EXPECT_EQ(change.discard(b).get("rows/" + std::to_string(i) + "/m"),
                  before.choiceMap(b).get("rows/" + std::to_string(i) + "/m"));
  }
}

/// Found by random models: within a row that is gone, the inner plate has its old length.
TEST_P(TraceChangeTest, NestedPlatesGrowAndShrinkAtOnce) {
  Program compiled = program("square");
  for (int64_t length : {1, 2, 3, 5}) {
    Inputs inputs;
    inputs.arguments = {{"s", positive({3}, 1)}};
    Trace before = compiled.simulate(inputs, options(7)), after = before;
    ChangeOptions options;
    options.arguments["s"] = positive({length}, 2);
    TraceChange change = after.update({}, options);
    change.commit();
    expectMade(before, after, change);
    EXPECT_EQ(after.choices().at("rows/*/y/*").shape()[1], length);
  }
}

/// A mask decides a lane: where it is false, nothing is another bit.
TEST_P(TraceChangeTest, MasksCommitSomeInstances) {
  if (GetParam().instances == 1)
    return;
  Program compiled = program("nested");
  Trace before = nested(compiled, 3, 4), after = before;
  ChangeOptions options;
  options.seed = 11;
  for (const char *selected : {"mu", "rows/1", "w", "rows/2/y/3 | z"}) {
    Trace after = before;
    TraceChange change = after.regenerate(Selection::parse(selected), options);
    Array mask = Array::zeros(ElementType::boolean, {GetParam().instances});
    for (int64_t b = 0; b < mask.elementCount(); ++b)
      mask.values<bool>()[b] = b % 3 == 1;
    change.commit(mask);
    Array now = assessed(after);
    for (int64_t b = 0; b < mask.elementCount(); ++b) {
      EXPECT_EQ(before.choiceMap(b) == after.choiceMap(b), b % 3 != 1);
      EXPECT_EQ(at(before.score(), b) == at(after.score(), b), b % 3 != 1);
      EXPECT_NEAR(at(after.score(), b), at(now, b), tolerance);
    }
  }
}

TEST_P(TraceChangeTest, OnlyListedElementsAreComputedWhereChangesAreLocal) {
  Program compiled = program("local");
  Inputs inputs;
  inputs.arguments = {{"s", positive({40}, 1)}, {"x", positive({40}, 2)}};
  Trace trace = compiled.simulate(inputs, options(3)), before = trace;
  TraceChange one = trace.update({{"rows/7/m", 0.5}, {"rows/30/y", 0.1}});
  EXPECT_EQ(one.request(), "update(rows/[]/m, rows/[]/y)");
  one.commit();
  expectMade(before, trace, one);
  // Arguments that differ in some elements join the list.
  before = trace;
  Array x = inputs.arguments["x"].copy();
  x.values<double>()[9] = 3;
  ChangeOptions hinted;
  hinted.arguments["x"] = x;
  hinted.diffs["x"] = ArgumentDiff::elements({9});
  TraceChange two = trace.update({{"rows/7/m", 0.75}}, hinted);
  EXPECT_EQ(two.request(), "update(rows/[]/m; args: x[])");
  two.commit();
  expectMade(before, trace, two);
}

TEST_P(TraceChangeTest, ErrorsChangeNothing) {
  Program compiled = program("nested");
  Trace trace = nested(compiled, 3, 4), before = trace;
  auto error = [&](auto change) -> std::string {
    try {
      change();
    } catch (const Error &fault) {
      EXPECT_EQ(trace.choiceMap(), before.choiceMap());
      EXPECT_EQ(trace.score(), before.score());
      return fault.what();
    }
    return "none";
  };
  EXPECT_THAT(error([&] { trace.update({{"nu", 1.0}}); }), HasSubstr("address 'nu': expected an address of"));
  EXPECT_THAT(error([&] {
                trace.update({{"rows/3/m", 1.0}});
              }),
              HasSubstr("address 'rows/3/m': index 3 is past the end of 'rows/*', which has 3 elements"));
  EXPECT_THAT(error([&] {
                trace.update({{"rows/1/m/0", 1.0}});
              }),
              HasSubstr("expected a value at 'rows/1/m'"));
  EXPECT_THAT(error([&] { trace.update({{"mu", true}}); }), HasSubstr("address 'mu': expected"));
  EXPECT_THAT(error([&] {
                trace.update({}, {.arguments = {{"b", Array::scalar(1.0)}}});
              }),
              HasSubstr("unknown argument 'b'"));
  EXPECT_THAT(error([&] {
                trace.update({}, {.diffs = {{"a", ArgumentDiff::none()}}});
              }),
              HasSubstr("a hint for the argument 'a', of which no new value is given"));
  EXPECT_THAT(error([&] { trace.regenerate(Selection::at("nu")); }), HasSubstr("nu"));
  TraceChange first = trace.update({{"mu", 1.0}}), second = trace.update({{"mu", 2.0}});
  EXPECT_THAT(error([&] { first.discard(GetParam().instances); }), HasSubstr("expected an instance from 0"));
  if (GetParam().instances > 1) {
    EXPECT_THAT(error([&] { first.commit(Array::scalar(true)); }), HasSubstr("the mask of a commit"));
    TraceChange shared = trace.update({}, {.arguments = {{"a", Array::scalar(2.0)}}});
    EXPECT_THAT(error([&] {
                  shared.commit(Array::from<bool>(std::vector<bool>(GetParam().instances, true),
                                                  {GetParam().instances}));
                }),
                HasSubstr("the argument 'a' is shared by all instances"));
  }
  first.commit();
  before = trace;
  EXPECT_THAT(error([&] { second.commit(); }), HasSubstr("have been committed to since"));
}

INSTANTIATE_TEST_SUITE_P(Mappings, TraceChangeTest,
                         testing::Values(Setting{Mapping::single, 1}, Setting{Mapping::elements, 5},
                                         Setting{Mapping::instances, 37}),
                         [](const auto &info) {
                           return std::string(mappingName(info.param.mapping)) +
                                  std::to_string(info.param.instances);
                         });

} // namespace

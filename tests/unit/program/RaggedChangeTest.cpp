// Changes of traces with ragged plates: rows that grow, shrink, come and go, against what assess and project
// say of the traces before and after.
#include "codegen/Trace.h"
#include "runtime/Error.h"
#include "tests/ErrorOf.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

using namespace genfuse;
using testing::HasSubstr;

namespace {

struct Setting {
  Mapping mapping;
  int64_t instances;
};

/// Scores are sums of some 60 terms of size 1 to 10: rounding stays far below this.
constexpr double tolerance = 1e-10;

/// The data `x` of rows with these lengths: element j of row i depends on i and j alone.
Arrays rows(const std::vector<int64_t> &lengths) {
  std::vector<double> x;
  std::vector<int64_t> offsets = {0};
  for (size_t i = 0; i < lengths.size(); ++i) {
    for (int64_t j = 0; j < lengths[i]; ++j)
      x.push_back(0.5 + 0.25 * static_cast<double>(i) + 0.1 * static_cast<double>(j));
    offsets.push_back(static_cast<int64_t>(x.size()));
  }
  return {{"x", Array::from(x)}, {"offsets", Array::from(offsets)}};
}

std::string cell(int64_t row, int64_t element, const char *name) {
  return "rows/" + std::to_string(row) + "/cell/" + std::to_string(element) + "/" + name;
}

double at(const Array &array, int64_t instance) {
  return array.values<double>()[array.rank() == 0 ? 0 : instance];
}

class RaggedChange : public testing::TestWithParam<Setting> {
protected:
  static Program program() {
    return Program(Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/changes.mlir", "ragged"),
                   {.real = Precision::f64, .mapping = GetParam().mapping});
  }
  static Trace simulated(const Program &program, const std::vector<int64_t> &lengths, uint64_t seed = 5) {
    Inputs inputs;
    inputs.arguments = rows(lengths);
    inputs.arguments["a"] = Array::scalar(0.3);
    RunOptions options;
    options.seed = seed;
    options.instances = GetParam().instances;
    return program.simulate(inputs, options);
  }
  static Array assessed(Trace trace) {
    trace.refresh();
    return trace.score();
  }
  /// The score changed by what the change says, and the weight leaves out what was drawn.
  static void expectMade(const Trace &before, const Trace &after, const TraceChange &change,
                         const Selection &drawn) {
    const Array old = assessed(before), now = assessed(after), own = after.project(drawn);
    for (int64_t b = 0; b < GetParam().instances; ++b) {
      EXPECT_NEAR(at(change.scoreChange(), b), at(now, b) - at(old, b), tolerance) << change.request();
      EXPECT_NEAR(at(after.score(), b), at(now, b), tolerance) << change.request();
      EXPECT_NEAR(at(change.weight(), b), at(change.scoreChange(), b) - at(own, b), tolerance)
          << change.request();
    }
  }
};

TEST_P(RaggedChange, RowsOfAnyLengthsBecomeRowsOfAnyOthers) {
  const Program compiled = program();
  std::mt19937 bits(11);
  for (int round = 0; round < 12; ++round) {
    auto lengths = [&] {
      std::vector<int64_t> result(bits() % 4);
      for (int64_t &length : result)
        length = bits() % 4;
      return result;
    };
    std::vector<int64_t> from = lengths(), to = round % 3 == 0 ? from : lengths();
    if (round % 5 == 0) // the rows that stay keep their lengths
      std::copy(from.begin(), from.begin() + std::min(from.size(), to.size()), to.begin());
    Trace before = simulated(compiled, from), after = before;
    ChangeOptions options;
    options.arguments = rows(to);
    if (round % 2 == 0)
      options.diffs["x"] = ArgumentDiff::none();
    options.seed = round;
    ChoiceMap constraints;
    Selection drawn;
    const bool draws = round % 4 < 2;
    for (int64_t i = 0; i < static_cast<int64_t>(to.size()); ++i) {
      const std::string row = "rows/" + std::to_string(i);
      const bool isNewRow = i >= static_cast<int64_t>(from.size());
      if (isNewRow && !draws) {
        constraints.set(row + "/m", 0.25);
        constraints.set(row + "/z", -0.5);
      } else if (isNewRow) {
        drawn = drawn | Selection::at(row);
      } else if (bits() % 3 == 0) {
        constraints.set(row + "/m", 0.75);
      }
      for (int64_t j = 0; j < to[i]; ++j) {
        const bool isNew = isNewRow || j >= from[i];
        if (isNew && draws)
          drawn = drawn | Selection::at("rows/" + std::to_string(i) + "/cell/" + std::to_string(j));
        if ((isNew && !draws) || (!isNew && bits() % 3 == 0)) {
          constraints.set(cell(i, j, "y"), 0.1 * static_cast<double>(bits() % 20));
          constraints.set(cell(i, j, "k"), static_cast<int64_t>(bits() % 5));
        }
      }
    }
    TraceChange change = after.update(constraints, options);
    const ChoiceMap old = before.choiceMap();
    change.commit();
    expectMade(before, after, change, drawn);
    EXPECT_EQ(before.choiceMap(), old) << "a copy of the trace is another trace";
    // What is neither given nor new is what it was, under its own address.
    const ChoiceMap now = after.choiceMap(), discard = change.discard();
    for (int64_t i = 0; i < static_cast<int64_t>(std::max(from.size(), to.size())); ++i)
      for (int64_t j = 0; j < 4; ++j) {
        const bool was = i < static_cast<int64_t>(from.size()) && j < from[i];
        const bool is = i < static_cast<int64_t>(to.size()) && j < to[i];
        const std::string y = cell(i, j, "y");
        ASSERT_EQ(now.has(y), is) << y;
        if (is && constraints.has(y)) {
          EXPECT_EQ(now.get(y), constraints.get(y)) << y;
        } else if (was && is) {
          EXPECT_EQ(now.get(y), old.get(y)) << y;
        }
        ASSERT_EQ(discard.has(y), was && (!is || constraints.has(y))) << y << " " << change.request();
        if (discard.has(y)) {
          EXPECT_EQ(discard.get(y), old.get(y)) << y;
        }
      }
    if (draws && !drawn.text().empty() && at(after.project(drawn), 0) != 0)
      continue;
    ChangeOptions back;
    back.arguments = rows(from);
    TraceChange again = after.update(discard, back);
    again.commit();
    EXPECT_EQ(after.choiceMap(), old) << again.request();
    EXPECT_NEAR(at(again.weight(), 0), -at(change.weight(), 0), tolerance) << again.request();
  }
}

TEST_P(RaggedChange, RegenerateDrawsWholeLeavesElementsAndNewRows) {
  const Program compiled = program();
  for (const char *selected : {"rows/*/cell/*/y", "rows/1/cell/0/y", "rows/0"})
    for (const std::vector<int64_t> &to : {std::vector<int64_t>{2, 1, 3}, {3, 1, 0, 2}}) {
      Trace before = simulated(compiled, {2, 1, 3}), after = before;
      ChangeOptions options;
      options.arguments = rows(to);
      options.seed = 3;
      const Selection selection = Selection::at(selected);
      TraceChange change = after.regenerate(selection, options);
      change.commit();
      const Array old = assessed(before), now = assessed(after);
      // Selected, new and gone choices do not count: the others' log densities are all there is.
      Selection fresh = selection;
      if (to.size() == 4)
        fresh = fresh | Selection::at("rows/3") | Selection::at("rows/0/cell/2");
      Selection gone = selection;
      if (to.size() == 4)
        gone = gone | Selection::at("rows/2/cell/*");
      const Array drawn = after.project(fresh), dropped = before.project(gone);
      for (int64_t b = 0; b < GetParam().instances; ++b) {
        EXPECT_NEAR(at(change.scoreChange(), b), at(now, b) - at(old, b), tolerance) << change.request();
        EXPECT_NEAR(at(change.weight(), b), at(now, b) - at(old, b) - at(drawn, b) + at(dropped, b),
                    tolerance)
            << change.request();
      }
      EXPECT_TRUE(change.discard().entries().empty());
      EXPECT_EQ(after.choiceMap().get("rows/1/m"), before.choiceMap().get("rows/1/m"));
      if (selection.contains(cell(1, 0, "y"))) {
        EXPECT_NE(after.choiceMap().get(cell(1, 0, "y")), before.choiceMap().get(cell(1, 0, "y")));
      } else {
        EXPECT_EQ(after.choiceMap().get(cell(1, 0, "y")), before.choiceMap().get(cell(1, 0, "y")));
      }
    }
}

TEST_P(RaggedChange, AWholeLeafIsGivenWithItsOffsets) {
  const Program compiled = program();
  Trace before = simulated(compiled, {2, 1}), after = before;
  const Arrays longer = rows({1, 0, 2});
  ChangeOptions options;
  options.arguments = longer;
  ChoiceMap constraints;
  constraints.set("rows/*/cell/*/y",
                  ChoiceValue::ragged(Array::from(std::vector<double>{1, 2, 3}), longer.at("offsets")));
  TraceChange change = after.update(constraints, options);
  const ChoiceMap old = before.choiceMap(), discard = change.discard();
  change.commit();
  expectMade(before, after, change, Selection::parse("rows/2/m | rows/2/z | rows/2/cell/*/k"));
  const ChoiceMap now = after.choiceMap();
  EXPECT_EQ(now.get(cell(0, 0, "y")), ChoiceValue(1.0));
  EXPECT_EQ(now.get(cell(2, 1, "y")), ChoiceValue(3.0));
  for (const std::string &y : {cell(0, 0, "y"), cell(0, 1, "y"), cell(1, 0, "y")})
    EXPECT_EQ(discard.get(y), old.get(y)) << y;
  EXPECT_FALSE(discard.has("rows/0/m"));
  ChoiceMap others;
  others.set("rows/*/cell/*/y", ChoiceValue::ragged(Array::from(std::vector<double>{1, 2, 3}),
                                                    Array::from(std::vector<int64_t>{0, 3, 3, 3})));
  EXPECT_THAT(
      errorOf([&] { after.update(others); }),
      HasSubstr("address 'rows/*/cell/*/y': expected values with the offsets of the arguments, got others"));
}

INSTANTIATE_TEST_SUITE_P(Mappings, RaggedChange,
                         testing::Values(Setting{Mapping::single, 1}, Setting{Mapping::instances, 11},
                                         Setting{Mapping::elements, 3}),
                         [](const auto &info) {
                           const Setting &setting = info.param;
                           return std::string(setting.mapping == Mapping::single      ? "single"
                                              : setting.mapping == Mapping::instances ? "instances"
                                                                                      : "elements") +
                                  std::to_string(setting.instances);
                         });

Program plain(Mapping mapping = Mapping::single) {
  return Program(Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/changes.mlir", "ragged"),
                 {.real = Precision::f64, .mapping = mapping, .counted = true});
}
Trace small(const Program &program, int64_t instances = 1) {
  Inputs inputs;
  inputs.arguments = rows({2, 1});
  inputs.arguments["a"] = Array::scalar(0.3);
  RunOptions options;
  options.instances = instances;
  return program.simulate(inputs, options);
}

TEST(RaggedChangeCost, OnlyTheElementsThatDifferAreScored) {
  const Program compiled = plain();
  Trace trace = small(compiled);
  ChangeOptions options;
  Array x = rows({2, 1}).at("x").copy();
  x.values<double>()[2] = 2.5;
  options.arguments["x"] = x;
  options.diffs["x"] = ArgumentDiff::elements({2});
  TraceChange change = trace.update({}, options);
  EXPECT_EQ(change.counts().at("rows/*/cell/*/y"), 1) << change.request();
  EXPECT_EQ(change.counts().at("rows/*/cell/*/k"), 1) << change.request();
  const double score = trace.score().at({});
  change.commit();
  trace.refresh();
  EXPECT_NEAR(trace.score().at({}), score + change.scoreChange().at({}), tolerance);
}

TEST(RaggedChangeErrors, NameTheAddress) {
  const Program compiled = plain();
  Trace trace = small(compiled);
  auto updated = [&](const char *address, double value, Arrays arguments = {}) {
    return errorOf([&] {
      ChoiceMap constraints;
      constraints.set(address, value);
      ChangeOptions options;
      options.arguments = std::move(arguments);
      trace.update(constraints, options);
    });
  };
  EXPECT_EQ(updated("rows/1/cell/1/y", 1),
            "address 'rows/1/cell/1/y': index 1 is past the end of 'rows/1/cell/*', "
            "which has 1 elements");
  EXPECT_EQ(updated("rows/2/m", 1),
            "address 'rows/2/m': index 2 is past the end of 'rows/*', which has 2 elements");
  EXPECT_EQ(updated("rows/0/cell/2/y", 1, rows({4, 1})),
            "address 'rows/*/cell/*/y': expected values for all of the 2 elements that are added, or for "
            "none, got 1");
  Arrays bad = rows({2, 1});
  bad["offsets"] = Array::from(std::vector<int64_t>{0, 2, 4});
  EXPECT_THAT(updated("mu", 1, bad),
              HasSubstr("expected offsets that end with the number of elements, 3, got 4"));
  bad["offsets"] = Array::from(std::vector<int64_t>{0, 3, 2});
  EXPECT_THAT(updated("mu", 1, bad),
              HasSubstr("expected offsets that never decrease, got 2 after 3 at index 2"));
}

TEST(RaggedChangeErrors, RowsChangeForAllInstances) {
  const Program compiled = plain(Mapping::elements);
  Trace trace = small(compiled, 2);
  ChangeOptions options;
  options.arguments = rows({3, 1});
  TraceChange change = trace.update({}, options);
  EXPECT_THAT(
      errorOf([&] { change.commit(Array::zeros(ElementType::boolean, {2})); }),
      HasSubstr("changes the lengths of its rows, which cannot be committed for some instances only"));
}

} // namespace

// Errors of ragged plates: offsets, values of other rows, and what rows cannot do.
#include "codegen/Trace.h"
#include "runtime/Error.h"
#include "tests/ErrorOf.h"
#include "tests/unit/program/RaggedModels.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace genfuse;
using namespace genfuse::models;
using testing::HasSubstr;

namespace {

TEST(RaggedErrors, Offsets) {
  Program program(means(), {Precision::f64, "native", Mapping::single});
  const cases::Setting setting{Precision::f64, Mapping::single, 0};
  const auto withOffsets = [&](const Array &offsets) {
    Inputs inputs = Means({0, 2, 3}).inputs(setting, false);
    inputs.arguments["ends"] = offsets;
    inputs.choices = {};
    return errorOf([&] { program.simulate(inputs); });
  };
  EXPECT_EQ(withOffsets(Array::from<int64_t>({0, 2, 3})), "no error");
  EXPECT_EQ(withOffsets(Array::from<int64_t>({1, 2, 3})),
            "argument 'ends': expected offsets that begin with 0, got 1");
  EXPECT_EQ(withOffsets(Array::from<int64_t>({0, 3, 2, 3})),
            "argument 'ends': expected offsets that never decrease, got 2 after 3 at index 2");
  EXPECT_EQ(withOffsets(Array::from<int64_t>({0, 2})),
            "argument 'ends': expected offsets that end with the number of elements, 3, got 2");
  EXPECT_EQ(withOffsets(Array::from<int64_t>({0, 2, 4})),
            "argument 'ends': expected offsets that end with the number of elements, 3, got 4");
  EXPECT_THAT(withOffsets(Array::from<int64_t>(Ends{})), HasSubstr("ends"));
  EXPECT_EQ(withOffsets(Array::from<double>({0, 2, 3})), "argument 'ends': expected type i64, got f64");
  EXPECT_THAT(withOffsets(Array::scalar(3)), HasSubstr("argument 'ends': expected shape "));
  EXPECT_EQ(withOffsets(Array::from<int64_t>({0, 0, 2, 2, 3, 3}, {3, 2})),
            "argument 'ends': expected offsets that all instances share, of shape [rows + 1], got "
            "i64 [3, 2]");
}

/// Values of a trace with other rows than its arguments.
TEST(RaggedErrors, ChoicesOfOtherRows) {
  Program program(means(), {Precision::f64, "native", Mapping::single});
  const cases::Setting setting{Precision::f64, Mapping::single, 0};
  const auto with = [&](const char *leaf, const ChoiceValue &value) {
    Inputs inputs = Means({0, 2, 3}).inputs(setting, false);
    const ChoiceValue m = inputs.choices.get("rows/*/m");
    inputs.choices = {};
    inputs.choices.set("rows/*/m", m);
    return errorOf([&] {
      inputs.choices.set(leaf, value);
      program.run("assess()", inputs);
    });
  };
  const Array three = Array::from<double>({1, 2, 3});
  EXPECT_EQ(with("rows/*/y/*", ChoiceValue::ragged(three, Array::from<int64_t>({0, 1, 3}))),
            "address 'rows/*/y/*': expected values with the offsets of the arguments, got others");
  EXPECT_THAT(with("rows/0/y/*", three), HasSubstr("address 'rows/0/y/*': expected shape [2], got [3]"));
  EXPECT_THAT(with("rows/0/y/2", 1.0), HasSubstr("address 'rows/0/y/2': index 2 is past the end"));
  EXPECT_THAT(with("rows/2/y/0", 1.0),
              HasSubstr("address 'rows/2/y/0': index 2 is past the end of 'rows/*', which has 2 elements"));
  EXPECT_EQ(with("rows/0/y/*", Array::from<double>({1, 2})),
            "address 'rows/1/y/0': expected a value, got none ('rows/*/y/*' has 2 rows with 3 elements)");
  EXPECT_EQ(errorOf([&] {
              ChoiceValue::ragged(three, Array::from<int64_t>({0, 1, 4}));
            }),
            "offsets of ragged rows: expected offsets that end with the number of elements, 3, got 4");
}

TEST(RaggedErrors, SizesOfOtherArguments) {
  Program program(means(), {Precision::f64, "native", Mapping::single});
  Inputs inputs = Means({0, 2, 3}).inputs({Precision::f64, Mapping::single, 0}, false);
  inputs.arguments["x"] = Array::from<double>({1, 2});
  EXPECT_THAT(errorOf([&] { program.run("assess()", inputs); }),
              HasSubstr("expected sizes s.0 <= x.0, got 3 and 2"));
  Program mixedRows(mixed(), {Precision::f64, "native", Mapping::single});
  Inputs other;
  other.arguments = {{"a", Array::from<int64_t>({0, 1})},
                     {"b", Array::from<int64_t>({0, 3, 7})},
                     {"x", Array::from<double>({1})},
                     {"centre", Array::from<double>({1})}};
  other.parameters["part/slope"] = Array::scalar(1.0);
  EXPECT_THAT(errorOf([&] { mixedRows.simulate(other); }), HasSubstr("b.0"));
}

/// The index within a row, of something that is as long as the longest row has to be.
TEST(RaggedErrors, LongestRow) {
  Program program(gen("m", {"by_place", "ends"},
                      [](Vector byPlace, IntVector ends) {
                        map("rows", ragged(ends, 6), [&](Row row) {
                          map("y", range(row), [&](Index j) { return normal(byPlace[j], 1); });
                        });
                      }),
                  {Precision::f64, "native", Mapping::single});
  Inputs inputs;
  inputs.arguments = {{"by_place", Array::from<double>({1, 2, 3})},
                      {"ends", Array::from<int64_t>({0, 3, 6})}};
  EXPECT_EQ(errorOf([&] { program.simulate(inputs); }), "no error");
  inputs.arguments["ends"] = Array::from<int64_t>({0, 2, 6});
  EXPECT_THAT(
      errorOf([&] { program.simulate(inputs); }),
      HasSubstr("expected rows of at most by_place.0 elements, got 3 and a row of 4 by argument 'ends'"));
}

template <class F> std::string compileError(const F &body) {
  return errorOf([&] { Program(gen("m", body)).signature("assess()"); });
}

std::string line(int number) { return "RaggedErrorTest.cpp:" + std::to_string(number); }

TEST(RaggedErrors, CollectedOverRows) {
  const int at = __LINE__ + 2;
  const std::string text = compileError([](IntVector ends, Vector s) {
    map("rows", ragged(ends, s.size()),
        [&](Row row) { return map("y", elements(s, row), [](Real x) { return normal(x, 1); }); });
  });
  EXPECT_THAT(text, HasSubstr(line(at)));
  EXPECT_THAT(text,
              HasSubstr("collects values of different sizes, which is not supported: rows of a ragged plate "
                        "are summed or used within its plate"));
}

TEST(RaggedErrors, RowsJoinedWithOtherSizes) {
  const int at = __LINE__ + 4;
  const std::string text = compileError([](IntVector ends, Vector s, Vector other) {
    map("rows", ragged(ends, s.size()), [&](Row row) {
      Vector ys = map("y", elements(s, row), [](Real x) { return normal(x, 1); });
      sample("z", normal(sum(ys * other), 1));
    });
  });
  EXPECT_THAT(text, HasSubstr(line(at)));
  EXPECT_THAT(text,
              HasSubstr("joins values of which one has the length of a row of ragged data, and the other has "
                        "not"));
}

TEST(RaggedErrors, AnElementOfARowByANumber) {
  const int at = __LINE__ + 4;
  const std::string text = compileError([](IntVector ends, Vector s) {
    map("rows", ragged(ends, s.size()), [&](Row row) {
      Vector ys = map("y", elements(s, row), [](Real x) { return normal(x, 1); });
      sample("z", normal(ys[0], 1));
    });
  });
  EXPECT_THAT(text, HasSubstr(line(at)));
  EXPECT_THAT(text,
              HasSubstr("reads what has the length of a row of ragged data at another index than that of a "
                        "plate over the row, which may be empty"));
}

TEST(RaggedErrors, RowsOfACalledModelInAPlate) {
  auto inner = gen("inner", [](IntVector ends) { map("rows", ragged(ends, 6), [](Row) {}); });
  EXPECT_THAT(
      compileError([&](IntVector ends) { map("all", range(2), [&](Index) { call("in", inner, ends); }); }),
      HasSubstr("expects to stand in an outermost plate"));
  EXPECT_THAT(compileError([&](IntVector ends) { call("in", inner, ends + 1); }),
              HasSubstr("expects offsets that are an argument of the model"));
}

} // namespace

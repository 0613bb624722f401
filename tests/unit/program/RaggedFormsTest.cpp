// Ragged plates in other forms: choices of other types, several kinds of rows, rows in called models,
// parameters, work in parts, data that is longer than its rows; and the errors of offsets and of what rows
// cannot do.
#include "codegen/Trace.h"
#include "runtime/Error.h"
#include "runtime/Executor.h"
#include "tests/unit/program/RaggedModels.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace genfuse;
using namespace genfuse::models;
using testing::HasSubstr;

namespace {

template <class F> std::string errorOf(const F &run) {
  try {
    run();
  } catch (const Error &error) {
    return error.what();
  }
  return "no error";
}

class RaggedForms : public testing::TestWithParam<cases::Setting> {
protected:
  const cases::Setting &setting = GetParam();
  double tolerance = setting.real == Precision::f64 ? 1e-9 : 2e-5; // that of the cases

  Program compile(const Model &model) { return Program(model, {setting.real, "native", setting.mapping}); }
  RunOptions options(uint64_t seed = 0) {
    RunOptions result;
    result.instances = std::max<int64_t>(setting.instances, 1);
    result.seed = seed;
    return result;
  }
  Array reals(const Numbers &values, Shape shape) {
    return arrayOf(values, std::move(shape), setting, false);
  }
};

/// Integers, truth values and vectors as elements of rows: what is drawn has the score that plain loops give
/// it.
TEST_P(RaggedForms, ChoicesOfOtherTypes) {
  Program program =
      compile(gen("kinds", {"ends", "rate", "n"}, [](IntVector ends, Vector rate, Vector logits) {
        map("rows", ragged(ends, rate.size()), [&](Row row) {
          Int k = sample("k", categorical(genfuse::logits = logits));
          map("e", elements(rate, row), [&](Real r) {
            Int count = sample("count", poisson(r));
            Bool flag = sample("flag", bernoulli(probs = 0.25));
            Vector p = sample("p", dirichlet(exp(logits)));
            sample("x", normal(select(flag, to_real(count), to_real(k)) * p[0], 0.5));
          });
        });
      }));
  const Ends ends = {0, 3, 3, 4, 21};
  const Numbers rates = numbers(21, 1, 0.5), logits = {0.25, -0.5, 0.125};
  Inputs inputs;
  inputs.arguments = {
      {"ends", Array::from<int64_t>(ends)}, {"rate", reals(rates, {21})}, {"n", reals(logits, {3})}};
  Trace trace = program.simulate(inputs, options(11));
  double norm = 0, alpha = 0, logBeta = 0;
  for (double l : logits) {
    norm += std::exp(l);
    alpha += std::exp(l);
    logBeta += std::lgamma(std::exp(l));
  }
  logBeta -= std::lgamma(alpha);
  for (int64_t b : std::set<int64_t>{0, trace.instances() - 1}) {
    const auto leaf = [&](const std::string &name, int64_t count) {
      return instanceOf(trace.choices().at("rows/*/" + name), count, b);
    };
    const Numbers k = leaf("k", 4), count = leaf("e/*/count", 21), flag = leaf("e/*/flag", 21),
                  p = leaf("e/*/p", 63), x = leaf("e/*/x", 21);
    double score = 0, size = 1;
    const auto add = [&](double term) { score += term, size += std::fabs(term); };
    for (size_t i = 0; i + 1 < ends.size(); ++i) {
      add(logits[static_cast<size_t>(k[i])] - std::log(norm));
      for (int64_t at = ends[i]; at < ends[i + 1]; ++at) {
        add(count[at] * std::log(rates[at]) - rates[at] - std::lgamma(count[at] + 1));
        add(std::log(flag[at] != 0 ? 0.25 : 0.75));
        double density = -logBeta;
        for (size_t c = 0; c < 3; ++c)
          density += (std::exp(logits[c]) - 1) * std::log(p[at * 3 + c]);
        add(density);
        add(normalLogPdf(x[at], (flag[at] != 0 ? count[at] : k[i]) * p[at * 3], 0.5));
      }
    }
    EXPECT_NEAR(instanceOf(trace.score(), 1, b)[0], score, tolerance * size) << b;
    EXPECT_EQ(trace.choiceMap(b).get("rows/3/e/16/p").array().shape(), (Shape{3}));
  }
  // The same choices, given back by rows and elements, have the same score.
  Inputs again = inputs;
  if (setting.instances <= 1) {
    again.choices = trace.choiceMap();
    EXPECT_NEAR(instanceOf(program.run("assess()", again).score, 1, 0)[0], instanceOf(trace.score(), 1, 0)[0],
                tolerance * 200);
  }
}

/// Two kinds of rows and a vector in one plate, the ragged plate in a called model, a parameter, and the size
/// of a row as a number.
Model mixed() {
  auto part = gen("part", {"a", "b", "x", "centre"}, [](IntVector a, IntVector b, Vector x, Vector centre) {
    Real slope = param("slope");
    map(
        "rows",
        [&](Real c, Row first, Row second) {
          Real mean = c + slope * to_real(first.size());
          map("u", elements(x, first), [&](Real xi) { return normal(mean * xi, 1); });
          map("v", range(second), [&](Index j) { return normal(mean, 1.0 + to_real(j)); });
        },
        elements(centre), ragged(a, x.size()), ragged(b, 7));
  });
  return gen("mixed", {"a", "b", "x", "centre"},
             [&](IntVector a, IntVector b, Vector x, Vector centre) { call("in", part, a, b, x, centre); });
}

struct Mixed {
  Ends a = {0, 2, 2, 5}, b = {0, 0, 6, 7};
  Numbers x = numbers(5, 1), centre = numbers(3, 2), u = numbers(5, 3), v = numbers(7, 4);
  double slope = 0.375;

  double logDensity() const {
    double sum = 0;
    for (size_t i = 0; i < 3; ++i) {
      double mean = centre[i] + slope * static_cast<double>(a[i + 1] - a[i]);
      for (int64_t at = a[i]; at < a[i + 1]; ++at)
        sum += normalLogPdf(u[at], mean * x[at], 1);
      for (int64_t at = b[i]; at < b[i + 1]; ++at)
        sum += normalLogPdf(v[at], mean, 1 + static_cast<double>(at - b[i]));
    }
    return sum;
  }
};

TEST_P(RaggedForms, SeveralKindsOfRows) {
  Program program = compile(mixed());
  Mixed data;
  Inputs inputs;
  inputs.arguments = {{"a", Array::from<int64_t>(data.a)},
                      {"b", Array::from<int64_t>(data.b)},
                      {"x", reals(data.x, {5})},
                      {"centre", reals(data.centre, {3})}};
  inputs.parameters["part/slope"] = reals({data.slope}, {});
  inputs.choices.set("in/rows/*/u/*", ChoiceValue::ragged(reals(data.u, {5}), inputs.arguments["a"]));
  inputs.choices.set("in/rows/*/v/*", ChoiceValue::ragged(reals(data.v, {7}), inputs.arguments["b"]));
  Outcome outcome = program.run("gradient(slope, centre, x)", inputs, options());
  const auto instances = static_cast<double>(options().instances);
  EXPECT_NEAR(instanceOf(outcome.score, 1, 0)[0], data.logDensity(), tolerance * 40);
  // The log density is quadratic in each of these: central differences are exact up to 1e-12 of rounding.
  const auto slopeOf = [&](auto member, size_t i) {
    Mixed up = data, down = data;
    member(up, i) += 0.5, member(down, i) -= 0.5;
    return (up.logDensity() - down.logDensity()) * instances;
  };
  const auto expect = [&](const Array &got, size_t count, auto member, const char *what) {
    for (size_t i = 0; i < count; ++i) {
      const double wanted = slopeOf(member, i);
      EXPECT_NEAR(instanceOf(got, static_cast<int64_t>(count), 0)[i], wanted,
                  tolerance * (1 + std::fabs(wanted)))
          << what << " " << i;
    }
  };
  expect(
      outcome.parameterGradients["part/slope"], 1, [](Mixed &m, size_t) -> double & { return m.slope; },
      "slope");
  expect(
      outcome.argumentGradients["centre"], 3, [](Mixed &m, size_t i) -> double & { return m.centre[i]; },
      "centre");
  expect(
      outcome.argumentGradients["x"], 5, [](Mixed &m, size_t i) -> double & { return m.x[i]; }, "x");
}

/// Elements that no row has: their derivatives are 0.
TEST_P(RaggedForms, DataLongerThanItsRows) {
  Program program = compile(gen("m", {"x", "y", "ends"}, [](Vector x, Vector y, IntVector ends) {
    map("rows", ragged(ends, y.size()),
        [&](Row row) { map("e", normal, elements(x, row), elements(y, row)); });
  }));
  Inputs inputs;
  const Array offsets = Array::from<int64_t>({0, 1, 3});
  inputs.arguments = {{"x", reals({1, 2, 3, 4, 5}, {5})}, {"y", reals({1, 2, 4}, {3})}, {"ends", offsets}};
  inputs.choices.set("rows/*/e/*", ChoiceValue::ragged(reals({2, 1, 7}, {3}), offsets));
  Outcome outcome = program.run("gradient(x)", inputs, options());
  const auto n = static_cast<double>(options().instances);
  const Numbers wanted = {n * 1, n * -0.25, n * 0.25, 0, 0};
  EXPECT_EQ(instanceOf(outcome.argumentGradients["x"], 5, 0), wanted); // all are exact in float
}

/// Who runs the parts of large work does not matter.
TEST_P(RaggedForms, InParts) {
  Ends ends = {0};
  for (int64_t i = 0; i < 3000; ++i)
    ends.push_back(ends.back() + (i * 7) % 60);
  Means data(ends);
  Program program = compile(means());
  Inputs inputs = data.inputs(setting, true);
  ThreadPool pool(3);
  RunOptions threads = options(), alone = options();
  threads.executor = &pool;
  for (const char *request : {"assess()", "gradient(mu, s, rows/*/m)", "gradient(rows/*/y/*)"}) {
    Outcome one = program.run(request, inputs, alone), many = program.run(request, inputs, threads);
    EXPECT_TRUE(one.score == many.score) << request;
    EXPECT_EQ(one.choiceGradients, many.choiceGradients) << request;
    EXPECT_EQ(one.argumentGradients, many.argumentGradients) << request;
  }
  MeansExpected expected(data.at(0, true));
  EXPECT_NEAR(instanceOf(program.run("assess()", inputs, threads).score, 1, 0)[0], expected.score,
              tolerance * expected.size);
  Inputs none = inputs;
  none.choices = {};
  EXPECT_EQ(program.simulate(none, alone).choices(), program.simulate(none, threads).choices());
}

INSTANTIATE_TEST_SUITE_P(Settings, RaggedForms, testing::ValuesIn(cases::settings()),
                         [](const auto &info) { return cases::name(info.param); });

// Errors.

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

std::string line(int number) { return "RaggedFormsTest.cpp:" + std::to_string(number); }

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

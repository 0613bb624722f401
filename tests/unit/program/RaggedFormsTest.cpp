// Ragged plates in other forms: choices of other types, several kinds of rows, rows in called models,
// parameters, a row's values used again, work in parts, data that is longer than its rows.
#include "codegen/Trace.h"
#include "runtime/Executor.h"
#include "tests/unit/program/RaggedModels.h"
#include <gtest/gtest.h>

using namespace genfuse;
using namespace genfuse::models;

namespace {

class RaggedForms : public testing::TestWithParam<cases::Setting> {
protected:
  const cases::Setting &setting = GetParam();
  double tolerance = setting.real == Precision::f64 ? 1e-9 : 2e-5; // that of the cases

  Program compile(const Model &model) { return Program(model, cases::optionsOf(setting)); }
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

/// What `mixed` reads, and its log density.
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

/// A row's values computed with, read again in another plate over it; its size as a number; vectors by the
/// index within the row, whose derivatives rows share.
Model again() {
  return gen("again", {"x", "by_place", "ends"}, [](Vector x, Vector byPlace, IntVector ends) {
    map("rows", ragged(ends, x.size()), [&](Row row) {
      Vector u = map(
          "u", [&](Real xj, Index j) { return normal(xj * byPlace[j], 1); }, elements(x, row), range(row));
      Vector grown = exp(0.125 * u);
      map("v", range(row), [&](Index j) { return normal(grown[j] / to_real(row.size()), 1); });
      sample("w", normal(sum(grown), 1));
    });
  });
}

TEST_P(RaggedForms, ValuesOfARowAgain) {
  Program program = compile(again());
  const Ends ends = {0, 3, 3, 4, 22};
  const Numbers x = numbers(22, 1), byPlace = numbers(20, 2), u = numbers(22, 3), v = numbers(22, 4),
                w = numbers(4, 5);
  Inputs inputs;
  const Array offsets = Array::from<int64_t>(ends);
  inputs.arguments = {
      {"x", arrayOf(x, {22}, setting)}, {"by_place", arrayOf(byPlace, {20}, setting)}, {"ends", offsets}};
  inputs.choices.set("rows/*/u/*", ChoiceValue::ragged(arrayOf(u, {22}, setting), offsets));
  inputs.choices.set("rows/*/v/*", ChoiceValue::ragged(arrayOf(v, {22}, setting), offsets));
  inputs.choices.set("rows/*/w", ChoiceValue(arrayOf(w, {4}, setting)));
  Outcome outcome = program.run("gradient(x, by_place, rows/*/u/*)", inputs, options());
  for (int64_t b : std::set<int64_t>{0, options().instances - 1}) {
    const auto here = [&](double number) { return ofInstance(number, b); };
    double score = 0, size = 1;
    const auto add = [&](double term) { score += term, size += std::fabs(term); };
    Numbers dx(22), dPlace(20), du(22);
    for (size_t i = 0; i < 4; ++i) {
      const auto n = static_cast<double>(ends[i + 1] - ends[i]);
      double rest = here(w[i]);
      for (int64_t at = ends[i]; at < ends[i + 1]; ++at)
        rest -= std::exp(0.125 * here(u[at]));
      add(normalLogPdf(rest, 0, 1));
      for (int64_t at = ends[i]; at < ends[i + 1]; ++at) {
        const int64_t j = at - ends[i];
        const double grown = std::exp(0.125 * here(u[at])), dv = here(v[at]) - grown / n;
        const double d = here(u[at]) - here(x[at]) * here(byPlace[j]);
        add(normalLogPdf(d, 0, 1));
        add(normalLogPdf(dv, 0, 1));
        dx[at] = d * here(byPlace[j]);
        dPlace[j] += d * here(x[at]);
        du[at] = -d + 0.125 * grown * (dv / n + rest);
      }
    }
    EXPECT_NEAR(instanceOf(outcome.score, 1, b)[0], score, tolerance * size);
    const auto expect = [&](const Array &got, const Numbers &wanted, const char *what) {
      const Numbers values = instanceOf(got, static_cast<int64_t>(wanted.size()), b);
      for (size_t i = 0; i < wanted.size(); ++i) // of terms up to about 30
        EXPECT_NEAR(values[i], wanted[i], tolerance * 30) << what << " " << i << " of instance " << b;
    };
    expect(outcome.argumentGradients["x"], dx, "x");
    expect(outcome.argumentGradients["by_place"], dPlace, "by_place");
    expect(outcome.choiceGradients["rows/*/u/*"], du, "u");
  }
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

} // namespace

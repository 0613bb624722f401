// Values outside the support and at its ends: minus infinity or the limit, and no NaN in values or gradients.
#include "tests/cases/Cases.h"
#include <cmath>
#include <gtest/gtest.h>
#include <map>

using namespace genfuse;

namespace {

struct Edge {
  std::string family;
  double x;
  std::vector<double> arguments;
  std::string types; ///< of the arguments and of x: r or i
  double expected;
  bool finiteGradient = true;
};

void PrintTo(const Edge &edge, std::ostream *out) { *out << edge.family << " at " << edge.x; }

const double inf = HUGE_VAL;
const Edge edges[] = {
    {"poisson", -1, {2}, "ri", -inf},
    {"poisson", -9e18, {0}, "ri", -inf},
    {"poisson", 0, {0}, "ri", 0},
    {"poisson", 3, {0}, "ri", -inf, false},
    {"binom", -1, {10, 0.5}, "iri", -inf},
    {"binom", 11, {10, 0}, "iri", -inf},
    {"binom", 9e18, {10, 1}, "iri", -inf},
    {"binom", 1, {0, 0.5}, "iri", -inf},
    {"binom", 0, {0, 0.5}, "iri", 0},
    {"binom", 0, {-3, 0.5}, "iri", -inf},
    {"binom", 10, {10, 1}, "iri", 0},
    {"binom", 3, {10, 1}, "iri", -inf, false},
    {"geometric", -1, {0.5}, "ri", -inf},
    {"geometric", -1, {1}, "ri", -inf},
    {"geometric", 0, {1}, "ri", 0},
    {"geometric", 2, {1}, "ri", -inf, false},
    {"uniform_discrete", 0, {1, 6}, "iii", -inf},
    {"uniform_discrete", 5, {6, 1}, "iii", -inf},
    {"gamma", -1, {2, 1}, "rrr", -inf},
    {"gamma", -1, {0.5, 1}, "rrr", -inf},
    {"gamma", 0, {1, 0.5}, "rrr", std::log(2.0)},
    {"gamma", 0, {0.5, 1}, "rrr", inf},
    {"beta", 0, {1, 3}, "rrr", std::log(3.0)},
    {"beta", 1, {3, 1}, "rrr", std::log(3.0)},
    {"beta", 1, {2, 0.5}, "rrr", inf},
    {"beta", 0, {0.5, 2}, "rrr", inf},
    {"beta", 1, {2, 2}, "rrr", -inf},
    {"beta", -0.5, {0.5, 2}, "rrr", -inf},
    {"exponential", 0, {3}, "rr", std::log(3.0)},
    {"exponential", -1, {3}, "rr", -inf},
    {"log_normal", 0, {0, 1}, "rrr", -inf},
    {"log_normal", -1, {0, 1}, "rrr", -inf},
    // The square of (x - loc) / scale overflows in float.
    {"cauchy", 1e30, {0, 1}, "rrr", -std::log(M_PI) - 2 * std::log(1e30)},
    {"student_t", 1e30, {1, 0, 1}, "rrrr", -std::log(M_PI) - 2 * std::log(1e30)},
};

class Edges : public testing::TestWithParam<std::tuple<Edge, Precision>> {};

TEST_P(Edges, HaveNoNan) {
  const auto &[edge, real] = GetParam();
  constexpr int64_t instances = 19;
  std::string parameters, names, types, wrt;
  Inputs inputs;
  auto typed = [&](double value, char type) {
    return cases::array(value,
                        type == 'i'              ? ElementType::i64
                        : real == Precision::f32 ? ElementType::f32
                                                 : ElementType::f64,
                        instances);
  };
  auto textOf = [](char type) { return type == 'i' ? "i64" : "f64"; };
  for (size_t i = 0; i < edge.arguments.size(); ++i) {
    std::string name = "a" + std::to_string(i), separator = i ? ", " : "";
    parameters += separator + "%" + name + ": " + textOf(edge.types[i]) + " {gen.name = \"" + name + "\"}";
    names += separator + "%" + name;
    types += separator + textOf(edge.types[i]);
    inputs.arguments[name] = typed(edge.arguments[i], edge.types[i]);
    if (edge.types[i] == 'r')
      wrt += (wrt.empty() ? "" : ", ") + name;
  }
  char type = edge.types.back();
  if (type == 'r')
    wrt += ", x";
  inputs.choices.set("x", ChoiceValue(typed(edge.x, type)));
  std::string text = "gen.func @m(" + parameters + ") {\n  %x = gen.sample \"x\" " + edge.family + "(" +
                     names + ") : (" + types + ") -> " + textOf(type) + "\n  gen.return\n}\n";
  static std::map<std::pair<std::string, Precision>, Program> programs; // compiled once a family
  auto known = programs.find({edge.family, real});
  if (known == programs.end()) {
    Program program(Model::parse(text), {real, "native", Mapping::instances});
    known = programs.emplace(std::pair(edge.family, real), std::move(program)).first;
  }
  Program &program = known->second;
  RunOptions options;
  options.instances = instances;
  Outcome outcome = program.run(wrt.empty() ? "assess()" : "gradient(" + wrt + ")", inputs, options);
  double tolerance = real == Precision::f64 ? 1e-9 : 2e-5; // as the cases
  for (int64_t i = 0; i < instances; ++i) {
    double score = outcome.score.at({i});
    if (std::isinf(edge.expected))
      EXPECT_EQ(score, edge.expected);
    else
      EXPECT_NEAR(score, edge.expected, tolerance * std::max(1.0, std::fabs(edge.expected)));
    for (const Arrays *gradients : {&outcome.argumentGradients, &outcome.choiceGradients})
      for (const auto &[name, gradient] : *gradients) {
        double value = gradient.at({i});
        EXPECT_FALSE(std::isnan(value)) << "gradient in " << name;
        if (edge.finiteGradient)
          EXPECT_TRUE(std::isfinite(value)) << "gradient in " << name << " is " << value;
        if (edge.expected == -inf && edge.finiteGradient)
          EXPECT_EQ(value, 0) << "gradient in " << name << " outside the support";
      }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Edges,
                         testing::Combine(testing::ValuesIn(edges),
                                          testing::Values(Precision::f32, Precision::f64)),
                         [](const auto &info) {
                           return std::get<0>(info.param).family + "_" + std::to_string(info.index);
                         });

} // namespace

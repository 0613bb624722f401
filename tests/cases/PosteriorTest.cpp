// E05: the exact posterior of a location given normal observations.
#include "codegen/Trace.h"
#include "tests/cases/Cases.h"
#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

using namespace genfuse;
using nlohmann::json;

namespace {

const json &item() {
  static const json found =
      cases::ofKind("plate", [](const json &each) { return each.at("id") == "E05"; })[0];
  return found;
}
const double mean = cases::number(item().at("expected").at("posterior_mean"));
const double sd = cases::number(item().at("expected").at("posterior_sd"));
const double logEvidence = cases::number(item().at("expected").at("log_evidence"));

Inputs inputsAt(Program &program, const Array &mu) {
  Inputs inputs;
  for (const auto &[name, value] : item().at("args").items())
    cases::setArgument(inputs.arguments, program, name, value);
  inputs.choices = cases::wholeLeaves(program, item().at("observed"), inputs.arguments);
  inputs.choices.set("mu", ChoiceValue(mu));
  return inputs;
}

class Posterior : public testing::TestWithParam<cases::Setting> {};

/// log p(mu, y) = log evidence + log N(mu; mean, sd): the same at every mu, and its slope is that of the
/// posterior.
TEST_P(Posterior, JointIsEvidenceTimesPosterior) {
  Program &program = cases::programOf("PL", GetParam());
  const ElementType real = GetParam().real == Precision::f64 ? ElementType::f64 : ElementType::f32;
  for (double z : {-3.0, -1.0, 0.0, 0.5, 2.0}) {
    const Array mu = cases::array(mean + z * sd, real);
    const double at = real == ElementType::f64 ? mu.at({}) : mu.values<float>()[0], own = (at - mean) / sd;
    const Outcome joint = program.run("gradient(mu)", inputsAt(program, mu));
    const double posterior = -0.5 * own * own - std::log(sd) - 0.5 * std::log(2 * std::numbers::pi);
    cases::expectNear(logEvidence + posterior, joint.score, GetParam().real, "log joint density");
    // The slope is 0 at the mean: its terms, of size 1 to 10, cancel.
    const Array &slope = joint.choiceGradients.at("mu");
    const double got = real == ElementType::f64 ? slope.at({}) : slope.values<float>()[0];
    EXPECT_NEAR(got, -own / sd, real == ElementType::f64 ? 1e-12 : 2e-5);
  }
}
INSTANTIATE_TEST_SUITE_P(Cases, Posterior,
                         testing::Values(cases::Setting{Precision::f64, Mapping::single, 0},
                                         cases::Setting{Precision::f32, Mapping::single, 0}),
                         [](const auto &info) { return cases::name(info.param); });

/// Random-walk Metropolis: an update of `mu`, accepted for some chains by `commit(mask)`. 4,000 chains of 60
/// steps from the prior's mean; the bounds are those of probability 1e-4 for independent draws (3.9 standard
/// errors).
TEST(PosteriorByMetropolis, HasTheMomentsOfTheExactOne) {
  constexpr int64_t chains = 4000;
  Program &program = cases::programOf("PL", {Precision::f64, Mapping::instances, 37});
  RunOptions options;
  options.instances = chains;
  Array start = Array::zeros(ElementType::f64, {chains});
  Trace trace = program.generate(inputsAt(program, start), options);
  uint64_t state = 20261121;
  auto uniform = [&] { // splitmix64, Steele, Lea and Flood 2014
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (static_cast<double>((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
  };
  Array mu = start.copy();
  for (int step = 0; step < 60; ++step) {
    Array proposed = mu.copy(), accepted = Array::zeros(ElementType::boolean, {chains});
    for (int64_t c = 0; c < chains; ++c)
      proposed.values<double>()[c] += 2.5 * (uniform() - 0.5);
    ChoiceMap constraints;
    constraints.set("mu", ChoiceValue(proposed));
    TraceChange change = trace.update(constraints);
    for (int64_t c = 0; c < chains; ++c)
      if (std::log(uniform()) < change.weight().values<double>()[c]) {
        accepted.values<bool>()[c] = true;
        mu.values<double>()[c] = proposed.values<double>()[c];
      }
    change.commit(accepted);
  }
  double sum = 0, squares = 0;
  for (int64_t c = 0; c < chains; ++c) {
    const double value = mu.values<double>()[c];
    EXPECT_EQ(trace.choiceMap(c).get("mu"), ChoiceValue(value));
    sum += value;
    squares += (value - mean) * (value - mean);
  }
  EXPECT_NEAR(sum / chains, mean, 3.9 * sd / std::sqrt(chains));
  EXPECT_NEAR(std::sqrt(squares / chains), sd, 3.9 * sd / std::sqrt(2.0 * chains));
}

} // namespace

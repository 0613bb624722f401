// Models and procedures of the tests in this folder, written for reading.
#pragma once

#include "codegen/Program.h"
#include "frontend/genfuse.h"
#include "runtime/Error.h"
#include "tests/ErrorOf.h"

namespace genfuse::procedures {

inline Model lineModel() {
  return gen("line", {"xs"}, [](Vector xs) {
    auto a = sample("a", normal(0.0, 1.0));
    auto b = sample("b", normal(0.0, 1.0));
    map(
        "y", [&](Real x) { return normal(a + b * x, 0.5); }, elements(xs));
  });
}

/// One step of Hamiltonian Monte Carlo (Neal, "MCMC using Hamiltonian dynamics", 2011) of random length: a
/// position, its log density and gradient.
using Chain = std::tuple<Values, Real, Values>;

inline Chain transition(const Density &density, const Chain &chain, double step, int leapfrogs) {
  const auto &[start, score, slope] = chain;
  const Values momentum = standard_normal(start);
  const Real whole = step * (0.5 + sample(uniform(0.0, 1.0))), half = 0.5 * whole; // no resonance
  auto [q, p, end, g] =
      loop(leapfrogs, std::tuple(start, momentum, score, slope),
           [&](Index, const std::tuple<Values, Values, Real, Values> &state) {
             const auto &[at, speed, value, gradient] = state;
             const Values middle = speed + half * gradient;
             const Values next = at + whole * middle;
             const Graded there = density.gradient(next);
             return std::tuple(next, middle + half * there.gradients, there.score, there.gradients);
           });
  const Real gain = (end - 0.5 * dot(p, p)) - (score - 0.5 * dot(momentum, momentum));
  const Bool accepted = log(sample(uniform(0.0, 1.0))) < gain;
  return {select(accepted, q, start), select(accepted, end, score), select(accepted, g, slope)};
}

/// A chain over `line`: [steps] positions, and the log density of the last one.
inline Model lineChain(int64_t steps) {
  return procedure("line_chain", {"xs", "ys"}, [=](Vector xs, Vector ys) {
    const Density density(lineModel(), {{{"xs", xs}}, {{"y/*", ys}}});
    const Values start{{"a", 0.0}, {"b", 0.0}};
    const Graded at = density.gradient(start);
    auto run = loop(steps, Chain(start, at.score, at.gradients), [&](Index, const Chain &chain) {
      const Chain next = transition(density, chain, 0.07, 5);
      return Step{next, std::get<0>(next)};
    });
    return run.kept.with({{"score", std::get<1>(run.last)}});
  });
}

inline Array vectorOf(ElementType real, const std::vector<double> &values) {
  Array array = Array::zeros(real, {static_cast<int64_t>(values.size())});
  for (size_t i = 0; i < values.size(); ++i)
    real == ElementType::f32 ? array.values<float>()[i] = static_cast<float>(values[i])
                             : array.values<double>()[i] = values[i];
  return array;
}

inline double at(const Array &array, int64_t i) {
  return array.type() == ElementType::f32   ? array.values<float>()[i]
         : array.type() == ElementType::f64 ? array.values<double>()[i]
                                            : static_cast<double>(array.values<int64_t>()[i]);
}

/// `count` points of a line with noise; the residuals are fixed.
inline Inputs lineData(int64_t count, ElementType real = ElementType::f32) {
  std::vector<double> xs, ys;
  for (int64_t i = 0; i < count; ++i) {
    xs.push_back(-1 + 2 * static_cast<double>(i) / static_cast<double>(count - 1));
    ys.push_back(0.5 - 1.2 * xs.back() + 0.3 * static_cast<double>(i * i % 7 - 3) / 3);
  }
  Inputs inputs;
  inputs.arguments = {{"xs", vectorOf(real, xs)}, {"ys", vectorOf(real, ys)}};
  return inputs;
}

} // namespace genfuse::procedures

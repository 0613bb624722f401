#include "bench/speed/Models.h"
#include "bench/training/Models.h"
#include "frontend/genfuse.h"

namespace genfuse::bench {

namespace {

const auto polynomial = gen("polynomial", {"xs"}, [](Vector xs) {
  auto a = sample("a", normal(0.0, 1.0));
  auto b = sample("b", normal(0.0, 1.0));
  auto c = sample("c", normal(0.0, 1.0));
  map(
      "y", [&](Real x) { return normal(a + b * x + c * x * x, 0.05); }, elements(xs));
});

const auto cover = gen("cover", {"xs"}, [](Matrix xs) {
  auto w = map(
      "w", [](Index) { return normal(0.0, 1.0); }, range(xs.cols()));
  map(
      "y", [&](Vector x) { return bernoulli(logits = dot(x, w)); }, rows(xs));
});

const auto filterStep = gen("filter_step", {"previous"}, [](Real previous) {
  auto x = sample("x", normal(0.9 * previous, 0.5));
  sample("y", normal(x, 0.7));
});

constexpr double stepSize = 0.01;
constexpr int leapfrogs = 20, warmup = 50;

/// Where a chain is: the position and the log density there.
using Chain = std::tuple<Values, Real>;

/// A trajectory of leapfrogs with standard normal momenta, accepted by Metropolis.
Chain transition(const Density &density, const Chain &chain) {
  const auto &[start, score] = chain;
  const Values momentum = standard_normal(start);
  const Real half(stepSize / 2), whole(stepSize);
  auto [q, p] = loop(leapfrogs - 1, std::tuple(start, momentum + half * density.gradient(start).gradients),
                     [&](Index, const std::tuple<Values, Values> &state) {
                       const Values q = std::get<0>(state) + whole * std::get<1>(state);
                       return std::tuple(q, std::get<1>(state) + whole * density.gradient(q).gradients);
                     });
  q = q + whole * p;
  const Graded end = density.gradient(q);
  p = p + half * end.gradients;
  const Real gain = (end.score - 0.5 * dot(p, p)) - (score - 0.5 * dot(momentum, momentum));
  const Bool accepted = log(sample(uniform(0.0, 1.0))) < gain;
  return {select(accepted, q, start), select(accepted, end.score, score)};
}

} // namespace

Model polynomialChain(int64_t draws) {
  return procedure("polynomial_chain", {"xs", "ys"}, [=](Vector xs, Vector ys) {
    const Density density(polynomial, {{{"xs", xs}}, {{"y/*", ys}}});
    const Values start = standard_normal({{"a", 0.0}, {"b", 0.0}, {"c", 0.0}});
    auto step = [&](Index, const Chain &chain) { return transition(density, chain); };
    const Chain warm = loop(warmup, Chain(start, density(start)), step);
    return loop(draws, warm,
                [&](Index, const Chain &chain) {
                  const Chain next = transition(density, chain);
                  return Step{next, std::get<0>(next)};
                })
        .kept;
  });
}

Model softmaxAscent(int64_t steps, double rate) {
  return procedure(
      "softmax_ascent", {"xs", "ys", "W", "b"}, [=](Matrix xs, IntVector ys, Matrix W, Vector b) {
        auto [last, score] =
            loop(steps, std::tuple(Values{{"digit/W", W}, {"digit/b", b}}, Real(0.0)),
                 [&](Index, const std::tuple<Values, Real> &state) {
                   const Values &parameters = std::get<0>(state);
                   const Graded graded =
                       gradient(digitsModel(), {{{"xs", xs}}, {{"image/*/y", ys}}, parameters},
                                {"digit/W", "digit/b"});
                   return std::tuple(parameters + Real(rate) * graded.gradients, graded.score);
                 });
        return Values{
            {"W", last.get<Matrix>("digit/W")}, {"b", last.get<Vector>("digit/b")}, {"score", score}};
      });
}

Model filterStepProcedure() {
  return procedure("draw_and_weigh", {"previous", "y"}, [](Real previous, Real y) {
    const Values drawn = apply(filterStep, "generate(y)", {{{"previous", previous}}, {{"y", y}}},
                               {wanted<Real>("choice x"), wanted<Real>("weight")});
    return Values{{"x", drawn.get<Real>("choice x")}, {"weight", drawn.get<Real>("weight")}};
  });
}

Model polynomialModel() { return polynomial; }
Model logisticModel() { return cover; }
Model filterStepModel() { return filterStep; }

} // namespace genfuse::bench

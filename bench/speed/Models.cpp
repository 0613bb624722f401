#include "bench/speed/Models.h"
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

} // namespace

Model polynomialModel() { return polynomial; }
Model logisticModel() { return cover; }
Model filterStepModel() { return filterStep; }

} // namespace genfuse::bench

#include "bench/training/Models.h"
#include "bench/training/Side.h"
#include "frontend/genfuse.h"

namespace genfuse::bench {

namespace {

const auto digit = gen("digit", {"x"}, [](Vector x) {
  auto W = param("W", {classes, x.size()});
  auto b = param("b", {classes});
  return sample("y", categorical(logits = matvec(W, x) + b));
});

const auto digits = gen("digits", {"xs"}, [](Matrix xs) { return map("image", digit, rows(xs)); });

IntVector labelsGiven(Matrix table, Vector shift) {
  return map(
      "image", [&](Vector row) { return sample("y", categorical(logits = row + shift)); }, rows(table));
}

const auto digitsByHand = gen("digits_by_hand", {"xs"}, [](Matrix xs) {
  auto W = param("W", {classes, xs.cols()});
  auto b = param("b", {classes});
  return labelsGiven(matmul(xs, transpose(W)), b);
});

const auto labels = gen("labels", {"logits"}, [](Matrix table) {
  return map(
      "image", [](Vector row) { return sample("y", categorical(logits = row)); }, rows(table));
});

} // namespace

Model digitModel() { return digit; }
Model digitsModel() { return digits; }
Model digitsByHandModel() { return digitsByHand; }
Model labelsModel() { return labels; }

} // namespace genfuse::bench

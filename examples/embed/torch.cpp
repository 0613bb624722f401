// The same calls on tensors of LibTorch: the kernels work in the tensors' own memory.
#include <ATen/ATen.h>
#include <cstdio>
#include <cstdlib>
#include <kernels.hpp>

static void check(const genfuse::embed::Status &status) {
  if (!status) {
    std::fprintf(stderr, "%s\n", status.message());
    std::exit(1);
  }
}

static double *scalar(const at::Tensor &tensor) { return tensor.data_ptr<double>(); }

template <class T> genfuse::embed::View<T, 1> vector(const at::Tensor &tensor) {
  return {tensor.data_ptr<double>(), {tensor.size(0)}, {tensor.stride(0)}};
}

int main() {
  const at::Tensor s = at::tensor({0.5, 1.0, 2.0}, at::kDouble), y = at::empty({3}, at::kDouble);
  const at::Tensor mu = at::empty({}, at::kDouble), moved = at::scalar_tensor(0.25, at::kDouble);
  const at::Tensor weight = at::empty_like(mu), change = at::empty_like(mu);
  const at::Tensor score = at::empty_like(mu), slope = at::empty_like(mu);

  genfuse::embed::Workspace memory;
  kernels::simulate draw;
  draw.s = vector<const double>(s), draw.mu = scalar(mu), draw.y = vector<double>(y),
  draw.score = scalar(score);
  check(call(draw, memory, {.seed = 3}));
  kernels::move move;
  move.s = vector<const double>(s), move.mu = scalar(mu), move.y = vector<const double>(y);
  move.mu_new = scalar(moved), move.weight = scalar(weight), move.score_change = scalar(change);
  check(call(move, memory));
  kernels::slope gradient;
  gradient.s = vector<const double>(s), gradient.mu = scalar(moved), gradient.y = vector<const double>(y);
  gradient.score = scalar(score), gradient.mu_gradient = scalar(slope);
  check(call(gradient, memory));
  std::printf("mu %.17g y %.17g %.17g %.17g weight %.17g score %.17g slope %.17g\n", mu.item<double>(),
              y[0].item<double>(), y[1].item<double>(), y[2].item<double>(), weight.item<double>(),
              score.item<double>(), slope.item<double>());
}

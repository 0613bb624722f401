// x ~ normal(a, 1) of the library whose manifest is given: log density at x = 3, a = 1, and its slope in a.
#include <ATen/ops/scalar_tensor.h>
#include <cstdio>
#include <genfuse/runtime/embed/Library.h>
#include <genfuse/runtime/torch/LogDensity.h>

int main(int, char **arguments) {
  const auto library = genfuse::embed::Library::open(arguments[1]);
  const genfuse::LogDensity density(genfuse::embed::kernelsOf(library));
  const at::Tensor a = at::scalar_tensor(1.0, at::kDouble).requires_grad_();
  const at::Tensor x = at::scalar_tensor(3.0, at::kDouble);
  const at::Tensor score = density({{{"a", a}}, {}, {{"x", x}}});
  score.backward();
  std::printf("score %.6f slope %.6f\n", score.item<double>(), a.grad().item<double>());
}

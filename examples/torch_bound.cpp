// An importance-weighted bound of the evidence: many instances, each with a cotangent of its own
// (docs/torch.md).
#include "codegen/ProgramKernels.h"
#include "frontend/genfuse.h"
#include "runtime/torch/LogDensity.h"
#include <cstdio>
#include <numbers>
#include <torch/torch.h>
namespace gf = genfuse;

int main() {
  auto model = gf::gen("means", {"shape"}, [](gf::Vector shape) {
    gf::Real mu = gf::sample("mu", gf::normal(0, 1));
    gf::map("y", gf::elements(shape), [&](gf::Real) { return gf::normal(mu, 1); });
  });
  gf::LogDensity density(gf::kernelsOf(gf::Program(model, {.real = gf::Precision::f64})));

  torch::manual_seed(1);
  torch::set_num_threads(1); // for tensors as small as these a second thread only waits
  const auto f64 = torch::kDouble;
  torch::Tensor y = torch::tensor({0.4, 1.3, 0.9}, f64), shape = torch::zeros({3}, f64);
  // The guide normal(m, exp(r)); 16 values of mu in each step, in the last dimension.
  torch::Tensor m = torch::zeros({}, f64).requires_grad_(), r = torch::zeros({}, f64).requires_grad_();
  torch::optim::SGD optimiser({m, r}, torch::optim::SGDOptions(0.02));
  auto logWeights = [&](int64_t count) {
    torch::Tensor noise = torch::randn({count}, f64), mu = m + r.exp() * noise;
    torch::Tensor score = density({{{"shape", shape}}, {}, {{"mu", mu}, {"y/*", y}}}); // [count]
    return score + 0.5 * noise.square() + r + 0.5 * std::log(2 * std::numbers::pi);
  };
  for (int step = 0; step < 2000; ++step) {
    optimiser.zero_grad();
    torch::Tensor bound = logWeights(16).logsumexp(0) - std::log(16.0);
    (-bound).backward();
    optimiser.step();
  }
  torch::NoGradGuard guard;
  const double n = 3, sum = y.sum().item<double>(), squares = y.square().sum().item<double>();
  const double evidence =
      -0.5 * (n * std::log(2 * std::numbers::pi) + std::log(1 + n) + squares - sum * sum / (1 + n));
  const double bound = (logWeights(10000).logsumexp(0) - std::log(10000.0)).item<double>();
  std::printf("evidence %.3f, off by %.4f; guide mean %.2f\n", evidence, bound - evidence, m.item<double>());
}

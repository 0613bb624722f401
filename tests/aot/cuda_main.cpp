// The typed header of a library that holds kernels for CUDA, on a machine without a driver.
#include "pl.hpp"
#include <cstdio>
#include <vector>

int main() {
  std::vector<double> s = {1, 2, 1, 2}, y = {0.5, 0.25, 0, 1};
  double mu = 0.5, score = 7, gradient = 8;
  pl::fit fit;
  fit.s = s;
  fit.mu = mu;
  fit.y = y;
  fit.score = score;
  fit.mu_gradient = gradient;
  genfuse::embed::Workspace own, given;
  if (!genfuse::embed::call(fit, own) || score == 7)
    return 2;
  genfuse::embed::CallOptions there;
  there.device = GF_CUDA;
  std::puts(genfuse::embed::call(fit, given, there).message());
  own.reserve(1 << 16);
  std::puts(fit.run(own, there).message());
  const auto status = fit.run(genfuse::embed::Workspace(own.data(), own.bytes()), there);
  std::printf("%d %s\n", status.code(), status.message());
  there.stream = &mu;
  there.device = GF_HOST;
  std::puts(fit.run(own, there).message());
}

// A network of one or two hidden layers: its data, and LibTorch's eager side.
#pragma once

#include "bench/speed/Aligned.h"
#include <cstdint>
#include <functional>
#include <vector>

namespace genfuse::bench {

/// Numbers of a fixed sequence: x [batch, inputs] in (-0.5, 0.5), labels, W [width, inputs], b [width],
/// U [width, width] of a second hidden layer if `deep`, V [classes, width], c [classes].
struct DenseData {
  static constexpr int64_t classes = 10;
  int64_t batch, inputs, width;
  bool deep;
  FloatVector x, W, b, U, V, c;
  std::vector<int64_t> y;

  DenseData(int64_t batch, int64_t inputs, int64_t width, bool deep);
};

/// The log density of all labels, and its gradients in W, b, U (if there is one), V and c.
struct DenseAnswer {
  double value = 0;
  std::vector<float> W, b, U, V, c;
};

/// What computes value and gradients once by autograd, on `threads` threads, and gives the answer if there is
/// somewhere to put it.
std::function<void(DenseAnswer *)> torchDense(const DenseData &data, int64_t threads);

} // namespace genfuse::bench

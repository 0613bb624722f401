// What the sides with parameters of LibTorch share.
#pragma once

#include "bench/training/Side.h"
#include <torch/torch.h>

namespace genfuse::bench {

/// Images and labels as tensors on the data's memory, sliced into batches once: the same ones come back in
/// each pass over the images.
struct TorchData {
  TorchData(const Images &data, int64_t batch);
  at::Tensor images, labels;
  std::vector<at::Tensor> imageBatches, labelBatches;
};

/// Weights and biases of LibTorch, and gradient ascent on them.
class TorchSide : public Side {
public:
  TorchSide(const Task &task, const Parameters &initial);
  Parameters parameters() const override { return valuesOf(weights, biases); }

  static Parameters valuesOf(const at::Tensor &weights, const at::Tensor &biases);

protected:
  /// The log likelihood of some images; its gradients, times -1, are added to those of the parameters.
  double accumulate(const at::Tensor &x, const at::Tensor &y);
  double accumulate(int64_t first);
  void ascend();

  Task task;
  TorchData data;
  at::Tensor weights, biases;
};

at::Tensor parameter(const std::vector<float> &values, at::IntArrayRef shape);

} // namespace genfuse::bench

// Eager LibTorch: one image at a time, and vectorised over the batch. Autograd gives the gradients.
#include "bench/training/TorchSide.h"
#include <ATen/Parallel.h>

namespace genfuse::bench {

TorchData::TorchData(const Images &data, int64_t batch)
    : images(torch::from_blob(const_cast<float *>(data.images.data()), {data.count(), data.pixels})),
      labels(torch::from_blob(const_cast<int64_t *>(data.labels.data()), {data.count()}, torch::kInt64)),
      imageBatches(images.split(batch)), labelBatches(labels.split(batch)) {}

at::Tensor parameter(const std::vector<float> &values, at::IntArrayRef shape) {
  return torch::from_blob(const_cast<float *>(values.data()), shape).clone().requires_grad_();
}

TorchSide::TorchSide(const Task &task, const Parameters &initial)
    : task(task), data(*task.images, task.batch),
      weights(parameter(initial.weights, {classes, task.images->pixels})),
      biases(parameter(initial.biases, {classes})) {}

Parameters TorchSide::valuesOf(const at::Tensor &weights, const at::Tensor &biases) {
  auto values = [](const at::Tensor &tensor) {
    at::Tensor flat = tensor.detach().contiguous();
    return std::vector<float>(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  };
  return {values(weights), values(biases)};
}

double TorchSide::accumulate(const at::Tensor &x, const at::Tensor &y) {
  at::Tensor logits = torch::linear(x, weights, biases);
  at::Tensor loss = at::cross_entropy_loss(logits, y, {}, at::Reduction::Sum);
  loss.backward();
  return -loss.item<double>();
}

double TorchSide::accumulate(int64_t first) {
  return accumulate(data.imageBatches[first / task.batch], data.labelBatches[first / task.batch]);
}

void TorchSide::ascend() {
  torch::NoGradGuard guard;
  weights.sub_(weights.grad(), task.step);
  biases.sub_(biases.grad(), task.step);
  weights.mutable_grad().reset();
  biases.mutable_grad().reset();
}

namespace {

class PerImage : public TorchSide {
public:
  using TorchSide::TorchSide;
  char letter() const override { return 'a'; }
  std::string name() const override { return "LibTorch with autograd, an image at a time"; }
  double step(int64_t first) override {
    double total = 0;
    for (int64_t i = first; i < first + task.batch; ++i)
      total += TorchSide::accumulate(data.images.narrow(0, i, 1), data.labels.narrow(0, i, 1));
    ascend();
    return total;
  }
};

class Vectorised : public TorchSide {
public:
  using TorchSide::TorchSide;
  char letter() const override { return 'b'; }
  std::string name() const override { return "LibTorch with autograd, vectorised"; }
  double step(int64_t first) override {
    double value = accumulate(first);
    ascend();
    return value;
  }
};

class VectorisedAdam : public TorchSide {
public:
  VectorisedAdam(const Task &task, const Parameters &initial)
      : TorchSide(task, initial),
        optimiser(std::vector<at::Tensor>{weights, biases}, torch::optim::AdamOptions(task.adamStep)) {}
  char letter() const override { return 'h'; }
  std::string name() const override { return "LibTorch with autograd, vectorised, Adam"; }
  Optimiser optimiserKind() const override { return Optimiser::adam; }
  double step(int64_t first) override {
    optimiser.zero_grad();
    double value = accumulate(first);
    optimiser.step();
    return value;
  }

private:
  torch::optim::Adam optimiser;
};

} // namespace

std::unique_ptr<Side> makeTorchPerImage(const Task &task, const Parameters &initial) {
  return std::make_unique<PerImage>(task, initial);
}
std::unique_ptr<Side> makeTorchVectorised(const Task &task, const Parameters &initial) {
  return std::make_unique<Vectorised>(task, initial);
}
std::unique_ptr<Side> makeTorchAdam(const Task &task, const Parameters &initial) {
  return std::make_unique<VectorisedAdam>(task, initial);
}

int setThreads(int threads) {
  at::set_num_threads(threads);
  return at::get_num_threads();
}

} // namespace genfuse::bench

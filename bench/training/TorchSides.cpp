// Eager LibTorch: one image at a time, and vectorised over the batch. Autograd gives the gradients.
#include "bench/training/Side.h"
#include <ATen/Parallel.h>
#include <torch/torch.h>

namespace genfuse::bench {

namespace {

class TorchSide : public Side {
public:
  TorchSide(const Task &task, const Parameters &initial) : task(task) {
    int64_t pixels = task.images->pixels;
    auto copy = [](const std::vector<float> &values, at::IntArrayRef shape) {
      return torch::from_blob(const_cast<float *>(values.data()), shape).clone().requires_grad_();
    };
    weights = copy(initial.weights, {classes, pixels});
    biases = copy(initial.biases, {classes});
    images =
        torch::from_blob(const_cast<float *>(task.images->images.data()), {task.images->count(), pixels});
    labels = torch::from_blob(const_cast<int64_t *>(task.images->labels.data()), {task.images->count()},
                              torch::kInt64);
  }

  Parameters parameters() const override {
    auto values = [](const torch::Tensor &tensor) {
      torch::Tensor flat = tensor.detach().contiguous();
      return std::vector<float>(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
    };
    return {values(weights), values(biases)};
  }

protected:
  /// The log likelihood of some images; its gradients are added to those of the parameters.
  double accumulate(const torch::Tensor &x, const torch::Tensor &y) {
    torch::Tensor logits = torch::linear(x, weights, biases);
    torch::Tensor loss = at::cross_entropy_loss(logits, y, {}, at::Reduction::Sum);
    loss.backward();
    return -loss.item<double>();
  }

  void ascend() {
    torch::NoGradGuard guard;
    weights.sub_(weights.grad(), task.step);
    biases.sub_(biases.grad(), task.step);
    weights.mutable_grad().reset();
    biases.mutable_grad().reset();
  }

  Task task;
  torch::Tensor weights, biases, images, labels;
};

class PerImage : public TorchSide {
public:
  using TorchSide::TorchSide;
  char letter() const override { return 'a'; }
  std::string name() const override { return "LibTorch eager, one image at a time"; }
  double step(int64_t first) override {
    double total = 0;
    for (int64_t i = first; i < first + task.batch; ++i)
      total += accumulate(images.narrow(0, i, 1), labels.narrow(0, i, 1));
    ascend();
    return total;
  }
};

/// The batches are sliced once: the same ones come back in each pass over the images.
class Vectorised : public TorchSide {
public:
  Vectorised(const Task &task, const Parameters &initial)
      : TorchSide(task, initial), imageBatches(images.split(task.batch)),
        labelBatches(labels.split(task.batch)) {}
  char letter() const override { return 'b'; }
  std::string name() const override { return "LibTorch eager, vectorised"; }
  double step(int64_t first) override {
    double value = accumulate(imageBatches[first / task.batch], labelBatches[first / task.batch]);
    ascend();
    return value;
  }

private:
  std::vector<torch::Tensor> imageBatches, labelBatches;
};

} // namespace

std::unique_ptr<Side> makeTorchPerImage(const Task &task, const Parameters &initial) {
  return std::make_unique<PerImage>(task, initial);
}
std::unique_ptr<Side> makeTorchVectorised(const Task &task, const Parameters &initial) {
  return std::make_unique<Vectorised>(task, initial);
}

int setThreads(int threads) {
  at::set_num_threads(threads);
  return at::get_num_threads();
}

} // namespace genfuse::bench

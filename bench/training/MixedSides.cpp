// LibTorch and genfuse in one step: a layer of LibTorch in front of a compiled model, and an optimiser of
// LibTorch on the parameters of one.
#include "bench/training/Models.h"
#include "bench/training/TorchSide.h"
#include "codegen/ProgramKernels.h"
#include "runtime/torch/LogDensity.h"

namespace genfuse::bench {

namespace {

/// torch::nn::Linear makes the logits; the labels' likelihood is compiled. Autograd goes through both.
class LinearInFront : public TorchSide {
public:
  LinearInFront(const Task &task, const Parameters &initial)
      : TorchSide(task, initial), program(labelsModel()), density(kernelsOf(program)),
        linear(task.images->pixels, classes) {
    at::NoGradGuard guard;
    linear->weight.copy_(weights);
    linear->bias.copy_(biases);
    weights = linear->weight;
    biases = linear->bias;
  }
  char letter() const override { return 'f'; }
  std::string name() const override { return "torch::nn::Linear, then genfuse's label model"; }
  double compileMilliseconds() const override {
    return program.kernel("gradient(logits)", Mapping::single).compileMilliseconds;
  }
  double step(int64_t first) override {
    at::Tensor logits = linear(data.imageBatches[first / task.batch]);
    at::Tensor score =
        density({{{"logits", logits}}, {}, {{"image/*/y", data.labelBatches[first / task.batch]}}});
    (-score).backward();
    ascend();
    return score.item<double>();
  }

private:
  Program program;
  LogDensity density;
  torch::nn::Linear linear;
};

/// The parameters of side d, stepped by torch::optim::Adam; the kernel adds to their gradients itself.
class AdamOnParameters : public Side {
public:
  AdamOnParameters(const Task &task, const Parameters &initial)
      : task(task), data(*task.images, task.batch), program(digitsModel()), density(kernelsOf(program)),
        model(density.parameters({{"xs", data.imageBatches[0]}})),
        optimiser(model->parameters(), torch::optim::AdamOptions(task.adamStep)) {
    inputs.parameters = model->tensors();
    at::NoGradGuard guard;
    inputs.parameters["digit/W"].copy_(parameter(initial.weights, {classes, task.images->pixels}));
    inputs.parameters["digit/b"].copy_(parameter(initial.biases, {classes}));
  }
  char letter() const override { return 'g'; }
  std::string name() const override { return "genfuse as d, stepped by torch::optim::Adam"; }
  Optimiser optimiserKind() const override { return Optimiser::adam; }
  double compileMilliseconds() const override {
    return program.kernel("gradient(digit/W, digit/b)", Mapping::single).compileMilliseconds;
  }
  double step(int64_t first) override {
    optimiser.zero_grad();
    inputs.arguments["xs"] = data.imageBatches[first / task.batch];
    inputs.choices["image/*/y"] = data.labelBatches[first / task.batch];
    at::Tensor score = density.accumulate(inputs, -1);
    optimiser.step();
    return score.item<double>();
  }
  Parameters parameters() const override {
    return TorchSide::valuesOf(inputs.parameters.at("digit/W"), inputs.parameters.at("digit/b"));
  }

private:
  Task task;
  TorchData data;
  Program program;
  LogDensity density;
  ModelParameters model;
  torch::optim::Adam optimiser;
  TensorInputs inputs;
};

} // namespace

std::unique_ptr<Side> makeLinearInFront(const Task &task, const Parameters &initial) {
  return std::make_unique<LinearInFront>(task, initial);
}
std::unique_ptr<Side> makeAdamOnParameters(const Task &task, const Parameters &initial) {
  return std::make_unique<AdamOnParameters>(task, initial);
}

} // namespace genfuse::bench

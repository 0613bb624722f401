// LibTorch's optimisers on the parameters of a model: the same steps as on LibTorch's own softmax regression.
#include "Fixture.h"
#include <gtest/gtest.h>

using namespace genfuse;
using namespace genfuse::tests;

namespace {

struct Data {
  at::Tensor xs, labels;
};

Data data() {
  torch::manual_seed(1);
  return {torch::rand({40, 6}, torch::kDouble), torch::randint(0, 10, {40}, torch::kLong)};
}

using Optimiser = std::function<std::unique_ptr<torch::optim::Optimizer>(std::vector<at::Tensor>)>;
template <class O, class Options> Optimiser make(Options options) {
  return [options](std::vector<at::Tensor> parameters) { return std::make_unique<O>(parameters, options); };
}

/// The losses of 20 steps; `loss` leaves gradients in the parameters.
std::vector<double> train(torch::optim::Optimizer &optimiser, const std::function<at::Tensor()> &loss) {
  std::vector<double> losses;
  for (int step = 0; step < 20; ++step)
    losses.push_back(optimiser
                         .step([&] {
                           optimiser.zero_grad();
                           return loss();
                         })
                         .item<double>());
  return losses;
}

std::vector<double> trainTorch(const Optimiser &make) {
  auto [xs, labels] = data();
  at::Tensor W = torch::zeros({10, 6}, torch::kDouble).requires_grad_(),
             b = torch::zeros({10}, torch::kDouble).requires_grad_();
  auto optimiser = make({W, b});
  return train(*optimiser, [&, &xs = xs, &labels = labels] {
    at::Tensor loss = at::cross_entropy_loss(torch::linear(xs, W, b), labels, {}, at::Reduction::Sum);
    loss.backward();
    return loss;
  });
}

/// By autograd, or by the kernel that adds to `.grad` itself.
std::vector<double> trainGenfuse(const Optimiser &make, bool fused) {
  auto [xs, labels] = data();
  LogDensity density(kernelsOf(program("digits", "digits")));
  ModelParameters parameters = density.parameters({{"xs", xs}});
  TensorInputs inputs{{{"xs", xs}}, parameters->tensors(), {{"image/*/y", labels}}};
  auto optimiser = make(parameters->parameters());
  return train(*optimiser, [&] {
    if (fused)
      return -density.accumulate(inputs, -1);
    at::Tensor loss = -density(inputs);
    loss.backward();
    return loss;
  });
}

void compare(const char *name, const Optimiser &make) {
  std::vector<double> expected = trainTorch(make);
  EXPECT_LT(expected.back(), expected.front()) << name;
  for (bool fused : {false, true}) {
    std::vector<double> losses = trainGenfuse(make, fused);
    for (size_t i = 0; i < losses.size(); ++i)
      // Gradients differ by rounding (1e-16 relative), which at most 20 contracting steps do not enlarge
      // much.
      EXPECT_NEAR(losses[i], expected[i], 1e-9 * expected[i])
          << name << ", step " << i << ", fused " << fused;
  }
}

TEST(Optimisers, StepTheParametersOfAModel) {
  using namespace torch::optim;
  compare("SGD", make<SGD>(SGDOptions(0.02).momentum(0.5)));
  compare("Adam", make<Adam>(AdamOptions(0.05)));
  compare("AdamW", make<AdamW>(AdamWOptions(0.05).weight_decay(0.01)));
  compare("RMSprop", make<RMSprop>(RMSpropOptions(0.01)));
  compare("Adagrad", make<Adagrad>(AdagradOptions(0.1)));
  compare("LBFGS", make<LBFGS>(LBFGSOptions(0.2).max_iter(3)));
}

TEST(Optimisers, StepAModuleInFrontOfAModel) {
  // A linear layer feeds the likelihood of labels: gradients flow through both.
  Program labels(
      Model::parse("gen.func @labels(%z: tensor<?x10xf64> {gen.name = \"z\"}) {\n"
                   "  %c0 = arith.constant 0 : index\n  %n = tensor.dim %z, %c0 : tensor<?x10xf64>\n"
                   "  gen.map \"image\" %i to %n {\n"
                   "    %r = tensor.extract_slice %z[%i, 0][1, 10][1, 1] : tensor<?x10xf64> to "
                   "tensor<10xf64>\n"
                   "    %y = gen.sample \"y\" categorical_logits(%r) : (tensor<10xf64>) -> i64\n"
                   "    gen.yield\n  }\n  gen.return\n}\n"),
      {Precision::f64, "native", std::nullopt, 0});
  LogDensity density(kernelsOf(labels));
  auto [xs, y] = data();
  torch::nn::Linear linear(6, 10);
  linear->to(torch::kDouble);
  auto gradients = [&](const at::Tensor &loss) {
    return torch::autograd::grad({loss}, linear->parameters());
  };
  at::Tensor logits = linear(xs);
  auto got = gradients(-density({{{"z", logits}}, {}, {{"image/*/y", y}}}));
  auto expected = gradients(at::cross_entropy_loss(linear(xs), y, {}, at::Reduction::Sum));
  for (size_t i = 0; i < got.size(); ++i)
    EXPECT_TRUE(torch::allclose(got[i], expected[i], 1e-11, 1e-11)); // sums of 40 terms in double
}

} // namespace

// Regression with a network of LibTorch in front of a compiled likelihood (docs/torch.md).
#include "codegen/ProgramKernels.h"
#include "frontend/genfuse.h"
#include "runtime/torch/LogDensity.h"
#include <cstdio>
#include <sstream>
#include <torch/torch.h>
namespace gf = genfuse;

int main() {
  // The likelihood of observations around means that somebody else computes; the noise is a parameter.
  auto observations = gf::gen("observations", {"means"}, [](gf::Vector means) {
    gf::Real sigma = gf::exp(gf::param("log_sigma", gf::init = 0.0));
    gf::map("y", gf::elements(means), [&](gf::Real mean) { return gf::normal(mean, sigma); });
  });
  gf::Program program(observations, {.real = gf::Precision::f32});
  gf::LogDensity density(gf::kernelsOf(program));

  torch::manual_seed(1);
  torch::set_num_threads(1); // for tensors as small as these a second thread only waits
  torch::Tensor x = torch::linspace(-1, 1, 200).unsqueeze(1);
  torch::Tensor y = torch::sin(3 * x).squeeze(1) + 0.1 * torch::randn({200});
  torch::nn::Sequential network(torch::nn::Linear(1, 16), torch::nn::Tanh(), torch::nn::Linear(16, 1));

  // Weights of the network and parameters of the model, in one optimiser.
  gf::ModelParameters parameters = density.parameters({{"means", y}});
  std::vector<torch::Tensor> all = network->parameters();
  for (const torch::Tensor &tensor : parameters->parameters())
    all.push_back(tensor);
  torch::optim::Adam optimiser(all, torch::optim::AdamOptions(0.01));

  gf::TensorInputs inputs;
  inputs.parameters = parameters->tensors();
  inputs.choices["y/*"] = y;
  for (int step = 0; step < 1500; ++step) {
    optimiser.zero_grad();
    inputs.arguments["means"] = network->forward(x).squeeze(1);
    torch::Tensor loss = -density(inputs); // log density and gradients, one pass
    loss.backward();                       // on into the network
    optimiser.step();
  }

  std::stringstream file;
  torch::save(parameters, file);
  gf::ModelParameters restored = density.parameters({{"means", y}});
  torch::load(restored, file); // an error for a file of another model

  std::printf("noise %.2f\n", std::exp(restored->tensors().at("observations/log_sigma").item<double>()));
}

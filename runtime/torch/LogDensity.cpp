#include "runtime/torch/LogDensity.h"
#include "runtime/Error.h"
#include "runtime/InitialParameters.h"
#include "runtime/torch/DensityFunction.h"
#include "runtime/torch/Interop.h"
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/function.h>

namespace genfuse {

LogDensity::LogDensity(std::shared_ptr<const KernelSource> source)
    : kernels(std::make_shared<DensityKernels>(std::move(source))) {}

at::Tensor LogDensity::operator()(const TensorInputs &inputs) const {
  MatchedTensors matched = match(kernels->model(), inputs, at::GradMode::is_enabled());
  if (!matched.anyWanted())
    return kernels->value(matched).score;
  return scoreOf(kernels, std::move(matched));
}

LogDensity::Values LogDensity::withReturnValue(const TensorInputs &inputs) const {
  if (!kernels->returned())
    throw Error("expected a model with a return value, got one that returns nothing");
  MatchedTensors matched = match(kernels->model(), inputs, at::GradMode::is_enabled());
  if (matched.anyWanted()) {
    auto [score, returnValue] = scoreAndReturnValueOf(kernels, std::move(matched));
    return {score, returnValue};
  }
  DensityResult result = kernels->value(matched);
  return {result.score, result.returnValue};
}

namespace {

/// The `.grad` of a tensor, made of zeros where there is none.
at::Tensor gradientOf(const MatchedTensors &inputs, size_t i) {
  const at::Tensor &tensor = inputs.tensors[i];
  const std::string name = inputs.describe(i) + ": ";
  if (!tensor.is_leaf())
    throw Error(name + "expected a leaf, got the result of '" + tensor.grad_fn()->name() +
                "' (call the density and use backward)");
  at::Tensor &gradient = tensor.mutable_grad();
  if (!gradient.defined())
    return at::zeros(tensor.sizes(), tensor.scalar_type());
  if (!gradient.device().is_cpu() || gradient.layout() != at::kStrided ||
      gradient.scalar_type() != tensor.scalar_type() || gradient.sizes() != tensor.sizes())
    throw Error(name + "expected a gradient of its own type and shape, got " + gradient.toString() + " " +
                shapeText(gradient.sizes().vec()));
  return gradient;
}

} // namespace

at::Tensor LogDensity::accumulate(const TensorInputs &inputs, double scale) const {
  at::NoGradGuard guard;
  MatchedTensors matched = match(kernels->model(), inputs, /*gradients=*/true);
  if (!matched.anyWanted())
    throw Error("expected a tensor that requires a gradient, got none");
  std::vector<at::Tensor> gradients(matched.specs.size()), accumulators(matched.specs.size());
  for (size_t i = 0; i < gradients.size(); ++i)
    if (matched.wanted[i]) {
      gradients[i] = gradientOf(matched, i);
      if (matched.specs[i]->role == Role::parameter)
        accumulators[i] = gradients[i];
    }
  DensityResult result = kernels->gradient(matched, scale, accumulators);
  for (size_t i = 0; i < gradients.size(); ++i)
    if (matched.wanted[i]) {
      if (!accumulators[i].defined())
        gradients[i].add_(result.gradients[i], scale);
      matched.tensors[i].mutable_grad() = gradients[i];
    }
  return result.score;
}

ModelParameters LogDensity::parameters(const Tensors &arguments) const {
  std::map<std::string, Array> arrays;
  for (const auto &[name, tensor] : arguments)
    arrays[name] = fromTensor(tensor);
  return ModelParameters(initialParameters(kernels->model(), arrays));
}

} // namespace genfuse

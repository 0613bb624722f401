#include "runtime/torch/DensityFunction.h"
#include "runtime/Error.h"
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace genfuse {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// What both directions know besides the tensors, which autograd keeps.
struct Node : torch::CustomClassHolder {
  Node(std::shared_ptr<DensityKernels> kernels, MatchedTensors inputs)
      : kernels(std::move(kernels)), inputs(std::move(inputs)) {}

  std::shared_ptr<DensityKernels> kernels;
  MatchedTensors inputs; ///< in backward without tensors
};
using NodePtr = c10::intrusive_ptr<Node>;

void keep(AutogradContext *context, const NodePtr &node, variable_list tensors) {
  context->save_for_backward(std::move(tensors));
  node->inputs.tensors.clear();
  context->saved_data["node"] = c10::IValue::make_capsule(node);
}

const Node &nodeOf(AutogradContext *context) {
  return *static_cast<const Node *>(context->saved_data.at("node").toCapsule().get());
}

/// create_graph leaves the grad mode on in backward; what it would record is no derivative of the density's
/// gradients.
void refuseDoubleBackward() {
  if (at::GradMode::is_enabled())
    throw Error("a log density has first derivatives only: expected a backward without create_graph, got one "
                "with it");
}

MatchedTensors withTensors(MatchedTensors inputs, variable_list tensors) {
  inputs.tensors = std::move(tensors);
  return inputs;
}

/// True where the sum over instances of a gradient serves any cotangent: it is the same for all of them.
bool isUniform(const at::Tensor &cotangent) {
  return cotangent.numel() < 2 || cotangent.stride(0) == 0 || cotangent.eq(cotangent[0]).all().item<bool>();
}

/// A weight per input, and one that is undefined for the kernels themselves, which are no tensor.
variable_list results(variable_list gradients) {
  gradients.emplace_back();
  return gradients;
}

/// What instances share and has a gradient.
bool sharesGradients(const MatchedTensors &inputs) {
  for (size_t i = 0; i < inputs.specs.size(); ++i)
    if (inputs.instances && inputs.wanted[i] && !inputs.batched[i])
      return true;
  return false;
}

struct ScoreFunction : torch::autograd::Function<ScoreFunction> {
  static at::Tensor forward(AutogradContext *context, at::TensorList tensors, const NodePtr &node) {
    DensityResult result = node->kernels->gradient(node->inputs);
    variable_list kept = std::move(result.gradients);
    // The inputs themselves are needed only if cotangents may differ.
    if (sharesGradients(node->inputs))
      kept.insert(kept.end(), tensors.begin(), tensors.end());
    keep(context, node, std::move(kept));
    return result.score;
  }

  static variable_list backward(AutogradContext *context, const variable_list &cotangents) {
    refuseDoubleBackward();
    const Node &node = nodeOf(context);
    const size_t count = node.inputs.specs.size();
    variable_list gradients = context->get_saved_variables();
    const at::Tensor &cotangent = cotangents[0];
    if (gradients.size() > count && !isUniform(cotangent)) {
      variable_list tensors(gradients.begin() + static_cast<ptrdiff_t>(count), gradients.end());
      return results(
          node.kernels->weighted(withTensors(node.inputs, std::move(tensors)), {cotangent, {}}).gradients);
    }
    gradients.resize(count);
    for (size_t i = 0; i < count; ++i)
      if (gradients[i].defined())
        gradients[i] = gradients[i].mul(factor(node.inputs, i, cotangent).to(gradients[i].scalar_type()));
    return results(std::move(gradients));
  }

private:
  /// What the gradient of an input is multiplied by: [] or [instances], its last dimension.
  static at::Tensor factor(const MatchedTensors &inputs, size_t i, const at::Tensor &cotangent) {
    if (!inputs.instances || inputs.batched[i])
      return cotangent;
    return cotangent.numel() > 0 ? cotangent[0] : at::ones({}, cotangent.options());
  }
};

struct ReturnFunction : torch::autograd::Function<ReturnFunction> {
  static variable_list forward(AutogradContext *context, at::TensorList tensors, const NodePtr &node) {
    DensityResult result = node->kernels->value(node->inputs);
    keep(context, node, tensors.vec());
    if (!result.returnValue.is_floating_point())
      context->mark_non_differentiable({result.returnValue});
    return {result.score, result.returnValue};
  }

  static variable_list backward(AutogradContext *context, const variable_list &cotangents) {
    refuseDoubleBackward();
    const Node &node = nodeOf(context);
    Cotangents given{cotangents[0], {}};
    if (cotangents[1].is_floating_point())
      given.returnValue = cotangents[1];
    MatchedTensors inputs = withTensors(node.inputs, context->get_saved_variables());
    return results(node.kernels->weighted(inputs, given).gradients);
  }
};

} // namespace

at::Tensor scoreOf(std::shared_ptr<DensityKernels> kernels, MatchedTensors inputs) {
  const std::vector<at::Tensor> tensors = inputs.tensors;
  return ScoreFunction::apply(at::TensorList(tensors),
                              c10::make_intrusive<Node>(std::move(kernels), std::move(inputs)));
}

std::pair<at::Tensor, at::Tensor> scoreAndReturnValueOf(std::shared_ptr<DensityKernels> kernels,
                                                        MatchedTensors inputs) {
  const std::vector<at::Tensor> tensors = inputs.tensors;
  variable_list outputs = ReturnFunction::apply(
      at::TensorList(tensors), c10::make_intrusive<Node>(std::move(kernels), std::move(inputs)));
  return {outputs[0], outputs[1]};
}

} // namespace genfuse

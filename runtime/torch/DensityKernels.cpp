#include "runtime/torch/DensityKernels.h"
#include "runtime/Binding.h"
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

namespace genfuse {
namespace {

Role gradientRole(Role role) {
  return role == Role::argument ? Role::argumentGradient
         : role == Role::choice ? Role::choiceGradient
                                : Role::parameterGradient;
}

at::Tensor newScore(const MatchedTensors &inputs) {
  return inputs.instances ? at::empty({*inputs.instances}, at::kDouble) : at::empty({}, at::kDouble);
}

void setInputs(CallPool::Lease &call, const MatchedTensors &inputs) {
  call->instances(inputs.instances.value_or(1));
  for (size_t i = 0; i < inputs.specs.size(); ++i)
    call->set(inputs.specs[i]->name, inputs.specs[i]->role, borrow(inputs.tensors[i]));
}

/// New tensors for the gradients of the wanted inputs, as large as these: kernels add to those of parameters
/// and overwrite the others.
std::vector<at::Tensor> newGradients(const MatchedTensors &inputs, const std::vector<at::Tensor> &given) {
  std::vector<at::Tensor> gradients(inputs.specs.size());
  for (size_t i = 0; i < gradients.size(); ++i) {
    const at::Tensor &tensor = inputs.tensors[i];
    if (!inputs.wanted[i])
      continue;
    if (i < given.size() && given[i].defined())
      gradients[i] = given[i];
    else if (inputs.specs[i]->role == Role::parameter)
      gradients[i] = at::zeros(tensor.sizes(), tensor.scalar_type());
    else
      gradients[i] = at::empty(tensor.sizes(), tensor.scalar_type());
  }
  return gradients;
}

void setGradients(CallPool::Lease &call, const MatchedTensors &inputs,
                  const std::vector<at::Tensor> &gradients) {
  for (size_t i = 0; i < gradients.size(); ++i)
    if (gradients[i].defined())
      call->set(inputs.specs[i]->name, gradientRole(inputs.specs[i]->role), borrowToWrite(gradients[i]));
}

/// A cotangent in the type of the kernel, without gaps.
at::Tensor asReal(const at::Tensor &cotangent, ElementType type) {
  return cotangent.to(scalarTypeOf(type)).contiguous();
}

ElementType realOf(const MatchedTensors &inputs) {
  for (size_t i = 0; i < inputs.specs.size(); ++i)
    if (inputs.wanted[i])
      return inputs.specs[i]->type;
  return ElementType::f64;
}

} // namespace

DensityKernels::DensityKernels(std::shared_ptr<const KernelSource> source)
    : source(std::move(source)), model_(this->source->signature()) {
  for (const ArraySpec &spec : model_.arrays)
    if (spec.role == Role::returnValue)
      returned_ = &spec;
}

DensityRequest DensityKernels::request(const MatchedTensors &inputs, Variant variant) const {
  DensityRequest result;
  result.weighted = variant.weighted;
  result.returned = variant.returned;
  result.instances = inputs.instances.has_value();
  for (size_t i = 0; i < inputs.specs.size(); ++i) {
    const ArraySpec &spec = *inputs.specs[i];
    if (variant.gradients && inputs.wanted[i])
      result.gradients.push_back(spec.name);
    if (inputs.batched[i] && spec.role == Role::argument)
      result.batched.push_back(spec.name);
    if (!inputs.batched[i] && spec.role == Role::choice)
      result.shared.push_back(spec.name);
  }
  return result;
}

CallPool &DensityKernels::poolFor(const MatchedTensors &inputs, Variant variant) {
  std::string key{variant.weighted ? 'w' : '-', variant.returned ? 'r' : '-', inputs.instances ? 'b' : '-'};
  for (size_t i = 0; i < inputs.specs.size(); ++i) {
    key += variant.gradients && inputs.wanted[i] ? 'g' : '-';
    key += inputs.batched[i] ? 'b' : '-';
  }
  std::lock_guard lock(mutex);
  auto found = pools.find(key);
  if (found == pools.end())
    found = pools.try_emplace(key, source->kernel(request(inputs, variant))).first;
  return found->second;
}

/// The size of a return value follows from those of the inputs.
at::Tensor DensityKernels::newReturnValue(const CallPool &pool, const MatchedTensors &inputs) const {
  const Signature &signature = pool.signature();
  std::vector<Array> given(signature.arrays.size());
  size_t position = 0;
  for (size_t i = 0; i < given.size(); ++i) {
    if (signature.arrays[i].role == Role::returnValue)
      position = i;
    for (size_t j = 0; j < inputs.specs.size(); ++j)
      if (inputs.specs[j]->name == signature.arrays[i].name &&
          inputs.specs[j]->role == signature.arrays[i].role)
        given[i] = borrow(inputs.tensors[j]);
  }
  const Binding binding(signature, given, inputs.instances.value_or(1));
  return at::empty(binding.shapeOf(position), scalarTypeOf(returned_->type));
}

DensityResult DensityKernels::value(const MatchedTensors &inputs) {
  CallPool &pool = poolFor(inputs, {false, false, false});
  DensityResult result;
  CallPool::Lease call = pool.take();
  setInputs(call, inputs);
  result.score = newScore(inputs);
  call->set("score", Role::score, borrowToWrite(result.score));
  if (returned_) {
    result.returnValue = newReturnValue(pool, inputs);
    call->set("return", Role::returnValue, borrowToWrite(result.returnValue));
  }
  call.run();
  return result;
}

DensityResult DensityKernels::gradient(const MatchedTensors &inputs, double scale,
                                       const std::vector<at::Tensor> &accumulators) {
  DensityResult result;
  CallPool::Lease call = poolFor(inputs, {}).take();
  setInputs(call, inputs);
  result.score = newScore(inputs);
  result.gradients = newGradients(inputs, accumulators);
  call->set("score", Role::score, borrowToWrite(result.score));
  setGradients(call, inputs, result.gradients);
  call.run(scale);
  return result;
}

DensityResult DensityKernels::weighted(const MatchedTensors &inputs, const Cotangents &cotangents) {
  const bool returned = cotangents.returnValue.defined();
  DensityResult result;
  CallPool::Lease call = poolFor(inputs, {true, true, returned}).take();
  setInputs(call, inputs);
  const at::Tensor score = asReal(cotangents.score, realOf(inputs)),
                   value = returned ? asReal(cotangents.returnValue, returned_->type) : at::Tensor();
  call->set("score", Role::scoreGradient, borrow(score));
  if (returned)
    call->set("return", Role::returnGradient, borrow(value));
  result.score = newScore(inputs);
  result.gradients = newGradients(inputs, {});
  call->set("score", Role::score, borrowToWrite(result.score));
  setGradients(call, inputs, result.gradients);
  call.run();
  return result;
}

} // namespace genfuse

#include "runtime/torch/TensorInputs.h"
#include "runtime/Binding.h"
#include "runtime/Error.h"
#include <algorithm>

namespace genfuse {
namespace {

constexpr at::ScalarType scalarTypes[] = {at::kFloat, at::kDouble, at::kLong, at::kBool};

std::string typeText(at::ScalarType type) { return std::string("type ") + at::toString(type); }

bool isReal(ElementType type) { return type == ElementType::f32 || type == ElementType::f64; }

void check(const ArraySpec &spec, const at::Tensor &tensor) {
  const std::string name = describe(spec) + ": ";
  const at::ScalarType type = scalarTypeOf(spec.type);
  if (!tensor.defined())
    throw Error(name + "expected a tensor, got an undefined one");
  if (!tensor.device().is_cpu())
    throw Error(name + "expected a tensor on device cpu, got " + tensor.device().str());
  if (!isReal(spec.type) && tensor.requires_grad())
    throw Error(name + "is discrete and has no gradient, expected a tensor of " + typeText(type) +
                ", got one of " + typeText(tensor.scalar_type()) + " that requires a gradient");
  if (tensor.scalar_type() != type)
    throw Error(name + "expected a tensor of " + typeText(type) + ", got " + typeText(tensor.scalar_type()));
  if (tensor.layout() != at::kStrided || tensor.is_neg())
    throw Error(name + "expected a strided tensor of plain elements, got another layout");
  if (tensor.numel() > 0 && tensor.dim() > 0 && tensor.sizes().back() > 1 && tensor.strides().back() != 1)
    throw Error(name + "expected stride 1 in the last dimension, got strides " +
                shapeText(tensor.strides().vec()) + " (contiguous() makes such a tensor)");
}

class Matcher {
public:
  Matcher(const Signature &model, bool gradients) : model(model), gradients(gradients) {}

  void add(Role role, const Tensors &tensors) {
    size_t used = 0;
    for (const ArraySpec &spec : model.arrays) {
      if (spec.role != role || spec.output)
        continue;
      auto found = tensors.find(spec.name);
      if (found == tensors.end())
        throw Error("missing " + describe(spec));
      add(spec, found->second);
      ++used;
    }
    if (used < tensors.size())
      failUnknown(role, tensors);
  }

  MatchedTensors result;

private:
  void add(const ArraySpec &spec, const at::Tensor &tensor) {
    check(spec, tensor);
    const bool batched =
        spec.role != Role::parameter && tensor.dim() == static_cast<int64_t>(spec.shape.size()) + 1;
    if (batched && !result.instances)
      result.instances = tensor.sizes().back();
    result.specs.push_back(&spec);
    result.tensors.push_back(tensor);
    result.batched.push_back(batched);
    result.wanted.push_back(gradients && tensor.requires_grad());
  }

  [[noreturn]] void failUnknown(Role role, const Tensors &tensors) const {
    std::string known, unknown;
    for (const ArraySpec &spec : model.arrays)
      if (spec.role == role && !spec.output)
        known += (known.empty() ? "" : ", ") + spec.name;
    for (const auto &[name, tensor] : tensors) {
      const bool isKnown = std::any_of(model.arrays.begin(), model.arrays.end(), [&, &n = name](auto &spec) {
        return spec.role == role && !spec.output && spec.name == n;
      });
      if (!isKnown && unknown.empty())
        unknown = name;
    }
    throw Error("unknown " + std::string(roleName(role)) + " '" + unknown + "', expected " +
                (known.empty() ? "none" : known));
  }

  const Signature &model;
  bool gradients;
};

} // namespace

bool MatchedTensors::anyWanted() const {
  return std::find(wanted.begin(), wanted.end(), true) != wanted.end();
}

std::string MatchedTensors::describe(size_t input) const { return genfuse::describe(*specs[input]); }

MatchedTensors match(const Signature &model, const TensorInputs &inputs, bool gradients) {
  Matcher matcher(model, gradients);
  matcher.add(Role::argument, inputs.arguments);
  matcher.add(Role::parameter, inputs.parameters);
  matcher.add(Role::choice, inputs.choices);
  return std::move(matcher.result);
}

at::ScalarType scalarTypeOf(ElementType type) { return scalarTypes[static_cast<size_t>(type)]; }

static Array viewOf(const at::Tensor &tensor, void *data) {
  const auto type = std::find(std::begin(scalarTypes), std::end(scalarTypes), tensor.scalar_type());
  return Array::view(data, static_cast<ElementType>(type - std::begin(scalarTypes)), tensor.sizes().vec(),
                     tensor.strides().vec());
}

// Const access leaves copy-on-write tensors shared.
Array borrow(const at::Tensor &tensor) { return viewOf(tensor, const_cast<void *>(tensor.const_data_ptr())); }

Array borrowToWrite(const at::Tensor &tensor) { return viewOf(tensor, tensor.mutable_data_ptr()); }

} // namespace genfuse

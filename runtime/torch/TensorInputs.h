// What a log density reads, as tensors by name, matched with a model.
#pragma once

#include "runtime/Array.h"
#include "runtime/Signature.h"
#include <ATen/core/Tensor.h>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace genfuse {

/// Tensors by name. One with one more dimension than the model gives it has one value per instance, in its
/// last dimension; the parameters have none.
using Tensors = std::map<std::string, at::Tensor>;

/// Everything that a log density reads. Types are those of the compiled program: Float or Double for reals,
/// Long for integers, Bool. The last dimension has stride 1.
struct TensorInputs {
  Tensors arguments;
  Tensors parameters; ///< by path, `digit/W`
  Tensors choices;    ///< whole leaves, `image/*/y`; all of the model's
};

/// The inputs in the order of a model's signature.
struct MatchedTensors {
  std::vector<const ArraySpec *> specs;
  std::vector<at::Tensor> tensors;
  std::vector<bool> batched;        ///< has one value per instance
  std::vector<bool> wanted;         ///< requires a gradient
  std::optional<int64_t> instances; ///< none: one instance, no tensor has a dimension for it

  bool anyWanted() const;
  /// `argument 'x'`, for messages.
  std::string describe(size_t input) const;
};

/// Matches tensors with the inputs of `model`; `gradients`: whether any are wanted at all. Errors: an
/// unknown, missing or undefined tensor, another type, device or layout, an inner stride other than 1, a
/// discrete tensor that is to have a gradient. Shapes are checked by the call.
MatchedTensors match(const Signature &model, const TensorInputs &inputs, bool gradients);

/// An array on the memory of a CPU tensor of a type that genfuse has, to be read or to be written. The tensor
/// has to outlive its use.
Array borrow(const at::Tensor &tensor);
Array borrowToWrite(const at::Tensor &tensor);

at::ScalarType scalarTypeOf(ElementType type);

} // namespace genfuse

// Arrays from and to LibTorch tensors, without a copy.
#pragma once

#include "runtime/Array.h"
#include <ATen/core/Tensor.h>

namespace genfuse {

/// An array on the tensor's memory, which it keeps alive; autograd does not see what is written there.
/// Errors: an undefined tensor, one that is not on the CPU or not strided, a type other than float, double,
/// int64 and bool, a tensor whose elements are stored negated.
__attribute__((visibility("default"))) Array fromTensor(const at::Tensor &tensor);

/// A CPU tensor on the array's memory, which it keeps alive where the array owns it. Errors: an undefined
/// array, a negative stride.
__attribute__((visibility("default"))) at::Tensor toTensor(const Array &array);

} // namespace genfuse

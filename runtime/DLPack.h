// Arrays from and to DLPack tensors, without a copy.
#pragma once

#include "runtime/Array.h"
#include "third_party/dlpack/dlpack.h"

namespace genfuse {

/// The memory of a tensor that the caller keeps alive. No strides means row-major; byte_offset is honoured.
/// Errors: memory that the host cannot read (only kDLCPU and kDLCUDAHost pass), a type other than f32, f64,
/// i64 and an 8-bit boolean, more than one lane, negative sizes.
__attribute__((visibility("default"))) Array borrowDLPack(const DLTensor &tensor);

/// Takes the tensor over: its deleter runs when the last handle on the array goes. Errors: as `borrowDLPack`;
/// the caller then still owns the tensor.
__attribute__((visibility("default"))) Array importDLPack(DLManagedTensor *tensor);

/// A tensor that shares the array's memory and keeps it alive until its deleter is called. Errors: an
/// undefined array.
__attribute__((visibility("default"))) DLManagedTensor *exportDLPack(const Array &array);

} // namespace genfuse

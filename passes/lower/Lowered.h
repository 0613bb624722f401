// How a value of the structured layer is held while it is lowered: in registers, in memory, or as a rule.
#pragma once

#include "passes/Passes.h"

namespace genfuse::lower {

using mlir::OpFoldResult;
using mlir::Value;

/// The lanes of the sweep that is being lowered: `width` consecutive iterations from `base`. In the tail only
/// `active` of them exist; the mask says which.
struct Lanes {
  int64_t width = 1;
  Value base;
  Value mask;   ///< null: all lanes
  Value active; ///< index, set with the mask
};

/// A scalar, or a vector of one per lane if `varying`.
struct Scalar {
  Value value;
  bool varying = false;
  /// The iteration number itself: base + lane. `value` is then the base, a scalar.
  bool isLaneIndex = false;
};

/// Where a tensor lies: element (i, j, ...) of lane l is at offset + i * stride0 + ... + l * laneStride.
struct View {
  Value memory; ///< memref of rank 1
  Value offset; ///< index
  llvm::SmallVector<OpFoldResult> strides;
  std::optional<OpFoldResult> laneStride; ///< none: the same for all lanes
  mlir::Type element;                     ///< the type that a load has, when memory holds another
};

/// A tensor: exactly one of `elements`, `view`, `rule` is set.
struct Tensor {
  llvm::SmallVector<OpFoldResult> sizes;
  mlir::Type element;
  bool varying = false;
  /// Static and small: one value per element, row-major.
  std::optional<llvm::SmallVector<Scalar>> elements;
  std::optional<View> view;
  /// A copy of a view of rows with lanes side by side, for elementwise ops of the same block.
  std::optional<View> lanes;
  /// A sum that had a single tile lies there instead of in `view`; `isSingle` says so when the kernel runs.
  std::optional<View> tile;
  Value isSingle;
  /// Emits the element at given indices: elementwise code that is fused into its consumer.
  std::function<Scalar(llvm::ArrayRef<OpFoldResult>)> rule;
  /// How much code one use of the rule repeats.
  int64_t cost = 0;
};

} // namespace genfuse::lower

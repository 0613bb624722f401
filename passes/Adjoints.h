// Cotangents during a reverse pass: of whole values, and of parts of tensors.
#pragma once

#include "ir/Gen.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallVector.h"

namespace genfuse {

/// A value, or the part of a tensor at fixed indices: one entry per dimension, null where the dimension is
/// whole. Without indices it is the whole value.
struct Place {
  mlir::Value base;
  llvm::SmallVector<mlir::Value> indices;

  bool isWhole() const { return indices.empty(); }
  bool operator==(const Place &other) const { return base == other.base && indices == other.indices; }
};

/// A cotangent. Where `guard` is given and false, it is exactly zero: derivatives of a branch that was not
/// taken must not enter, however infinite.
struct Cotangent {
  mlir::Value value;
  mlir::Value guard;
};

/// Emits ops at a fixed location; small helpers of reverse mode.
class Emitter {
public:
  Emitter(mlir::OpBuilder &builder, mlir::Location loc) : builder(builder), loc(loc) {}

  template <class Op, class... Arguments> mlir::Value make(Arguments &&...arguments) {
    return Op::create(builder, loc, std::forward<Arguments>(arguments)...).getOperation()->getResult(0);
  }
  mlir::Value constant(double value, mlir::Type real);
  /// A tensor or scalar like `model` in which every element is `value`.
  mlir::Value fill(double value, mlir::Value model);
  mlir::Value splat(mlir::Value scalar, mlir::Value model);
  /// The sizes of the dynamic dimensions of a tensor.
  llvm::SmallVector<mlir::Value> dynamicSizes(mlir::Value tensor);
  mlir::Value einsum(std::string spec, mlir::ValueRange operands, mlir::Type result);
  mlir::Value multiply(mlir::Value a, mlir::Value b);
  mlir::Value add(mlir::Value a, mlir::Value b);

  mlir::OpBuilder &builder;
  mlir::Location loc;
};

/// All cotangents of one block's reverse pass, in the order in which they first came.
class Adjoints {
public:
  void add(Emitter &emit, const Place &place, Cotangent cotangent);
  bool has(mlir::Value base) const;
  /// The cotangent of the whole of `base`, from all its parts; null if there is none.
  Cotangent take(Emitter &emit, mlir::Value base);

  struct Entry {
    Place place;
    Cotangent cotangent;
  };
  std::vector<Entry> entries;
};

/// The cotangent of the whole tensor that has `value` at `place` and zero elsewhere.
mlir::Value scatter(Emitter &emit, const Place &place, mlir::Value value);

} // namespace genfuse

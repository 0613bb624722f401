// What an update changes: for each value of a model, in which elements of its plates it may differ.
#pragma once

#include "passes/Request.h"
#include "passes/derive/Regions.h"
#include "llvm/ADT/DenseMap.h"

namespace genfuse {

/// How a plate's length differs. Rows of ragged data vary: some grow, some shrink.
enum class LengthChange { equal, grows, shrinks, varies };
inline bool mayGrow(LengthChange c) { return c == LengthChange::grows || c == LengthChange::varies; }
inline bool mayShrink(LengthChange c) { return c == LengthChange::shrinks || c == LengthChange::varies; }

/// A static analysis, from changed arguments and choices forward. A choice that is kept is unchanged, however
/// its parameters are: changes do not pass through it.
class Changes {
public:
  /// `overwritten` has for each choice where its value is another, if anywhere.
  Changes(gen::FuncOp model, const std::vector<ArgumentChange> &changes, const std::vector<Choice> &choices,
          const std::vector<std::optional<Region>> &overwritten);

  /// Fails with a diagnostic: a plate whose length grows with one argument and shrinks with another.
  mlir::LogicalResult run();

  bool isChanged(mlir::Value value) const { return changed.contains(value); }
  /// Where a choice's log density may differ, among the elements that are there before and after.
  const std::optional<Region> &scored(size_t choice) const { return scored_[choice]; }
  LengthChange length(gen::MapOp plate) const { return lengths.lookup(plate); }
  /// How an argument differs, if it does.
  const ArgumentChange *find(mlir::BlockArgument argument) const;
  /// The text of a size, with the sizes of the new arguments: `s'.0` for `s.0`.
  std::string newSize(const std::string &text) const;
  /// A check of the model (SizeChecks.h) for the new arguments.
  std::string newCheck(const std::string &line) const;

private:
  using Change = std::optional<Region>;

  mlir::LogicalResult visit(mlir::Block &block, size_t depth);
  mlir::LogicalResult visitPlate(gen::MapOp plate, size_t depth);
  Change changeOf(mlir::Value value, size_t depth) const;
  Change changeOfElement(mlir::Operation *op, mlir::Value from, mlir::Value firstIndex, size_t depth) const;
  Change changeOfRowElement(mlir::Operation *op, const ArgumentChange &known, gen::RowOp row,
                            size_t depth) const;
  Change changeOfOperands(mlir::Operation *op, size_t depth, mlir::ValueRange without = {}) const;
  mlir::FailureOr<LengthChange> lengthOf(gen::MapOp plate) const;
  bool rowsDiffer(gen::RowOp row) const;
  bool isMoved(mlir::Value data) const;
  bool dependsOnLength(mlir::Value size) const;
  bool sizeChanges(mlir::Value tensor, unsigned dimension) const;

  gen::FuncOp model;
  const std::vector<ArgumentChange> &changes;
  const std::vector<Choice> &choices;
  const std::vector<std::optional<Region>> &overwritten;
  llvm::DenseMap<mlir::Value, Region> changed;
  std::vector<std::optional<Region>> scored_;
  llvm::DenseMap<mlir::Operation *, LengthChange> lengths;
};

} // namespace genfuse

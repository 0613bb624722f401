// The words in which a kernel notes a failure, for gf_report and for finding the first one:
//   shown instance (-1: none), what came, its bound, the indices, whether any check failed, instance, number
#pragma once

#include "passes/Passes.h"

namespace genfuse::lower {

struct Record {
  static constexpr int64_t shown = 0, came = 1, bound = 2, firstIndex = 3;

  explicit Record(int64_t indices) : indices(indices) {}
  int64_t failed() const { return firstIndex + indices; }
  int64_t instance() const { return failed() + 1; }
  int64_t number() const { return failed() + 2; }
  int64_t words() const { return failed() + 3; }

  int64_t indices;

  /// A number as a word: the bits of a double, or a 64-bit integer.
  static mlir::Value asWord(mlir::OpBuilder &b, mlir::Location loc, mlir::Value value);
  static void store(mlir::OpBuilder &b, mlir::Location loc, mlir::Value record, int64_t at,
                    mlir::Value value);
  static mlir::Value load(mlir::OpBuilder &b, mlir::Location loc, mlir::Value record, int64_t at);

  /// The private function that takes (record, words 0 .. indices, instance, number) and keeps them if nothing
  /// failed before, or only later: for a higher instance, then number, then indices.
  mlir::func::FuncOp keeper(mlir::ModuleOp module) const;
};

} // namespace genfuse::lower

// An operation of the interface within a procedure: derived for the function, then inlined.
#pragma once

#include "ir/Gen.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/SymbolicSize.h"

namespace genfuse {

/// What draws of a derived function need.
struct RandomSource {
  mlir::Value seed, instance;
};

class Application {
public:
  /// `function` is the one that the operation becomes part of, `position` the indices of the loops and plates
  /// around it there, `scope` the first number of a scope of draws that is free.
  /// `variable` is the first number of a gen.variable that is free.
  Application(gen::ApplyOp op, mlir::func::FuncOp function, RandomSource random,
              mlir::ArrayRef<mlir::Value> position, int64_t scope, int64_t variable)
      : op(op), function(function), random(random), position(position), scope(scope), variable(variable) {}

  /// Emits what the operation computes from `operands` (those of the op, in `function`) and returns its
  /// results. Fails with a diagnostic at the op: a request that does not parse or does not fit the callee, an
  /// input that is missing or unknown, another type, a size that is not known when the procedure is called.
  mlir::FailureOr<mlir::SmallVector<mlir::Value>> inlineAt(mlir::OpBuilder &builder,
                                                           mlir::ArrayRef<mlir::Value> operands);

  /// The first scope that is free after it.
  int64_t nextScope() const { return scope; }
  /// The first number of a gen.variable that is free after it.
  int64_t nextVariable() const { return variable; }
  /// Which sizes have to be equal, as lines of sizeChecks.
  const std::vector<std::string> &checks() const { return lines; }

private:
  mlir::FailureOr<mlir::func::FuncOp> derived();
  mlir::LogicalResult bindInputs(mlir::OpBuilder &builder, mlir::func::FuncOp source,
                                 mlir::ArrayRef<mlir::Value> operands, mlir::IRMapping &mapping);
  mlir::LogicalResult checkSizes(mlir::func::FuncOp source, unsigned argument, mlir::Value operand,
                                 const mlir::IRMapping &mapping);
  std::optional<SizeExpression> sizeHere(mlir::StringRef text, mlir::func::FuncOp source,
                                         const mlir::IRMapping &mapping);
  void moveDraws(mlir::Operation *root, int64_t first);

  gen::ApplyOp op;
  mlir::func::FuncOp function;
  RandomSource random;
  mlir::ArrayRef<mlir::Value> position;
  int64_t scope, variable;
  std::vector<std::string> lines;
};

} // namespace genfuse

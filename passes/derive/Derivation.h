// What the derivations of all operations share: names, inputs, results, and the leaves of traces.
#pragma once

#include "ir/Gen.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Request.h"
#include "passes/Roles.h"
#include "passes/derive/Choices.h"

namespace genfuse {

/// A trainable parameter of a model whose calls are inlined.
struct Parameter {
  std::string path;
  mlir::Type type;
  mlir::SmallVector<std::string> shape;
  mlir::DenseF64ArrayAttr init;
  mlir::Value value; ///< in the derived function
};

/// Builds the function of one request. `model` has its calls inlined.
class Derivation {
public:
  Derivation(gen::FuncOp model, const Request &request, std::vector<Choice> choices)
      : model(model), request(request), choices(std::move(choices)), builder(model.getContext()) {}

protected:
  mlir::InFlightDiagnostic error() { return model.emitError("request '" + request.text() + "': "); }

  // Names of the request.
  std::optional<size_t> findChoice(mlir::StringRef pattern) const;
  std::optional<unsigned> findArgument(mlir::StringRef name) const;
  /// By its path, or by its last part if only one parameter has it.
  mlir::FailureOr<size_t> findParameter(mlir::StringRef name);
  size_t numberOf(gen::SampleOp op) const;
  /// `the model's choices are mu, y/*`, for messages.
  std::string knownChoices() const;
  mlir::LogicalResult collectParameters();

  // The function that is built.
  void startFunction();
  /// `moreChecks` are lines as of sizeChecks.
  void finishFunction(const std::vector<std::string> &moreChecks = {});
  /// Takes out the inputs of a role that nothing reads.
  void eraseUnusedArguments(mlir::StringRef role);
  mlir::Value addArgument(mlir::Type type, mlir::StringRef role, mlir::StringRef name,
                          mlir::ArrayRef<std::string> shape, mlir::Location loc);
  void addParameterArguments();
  /// The seed and the instance, for draws.
  void addRandomArguments();
  /// Says of the last argument or result, a leaf, which offsets it has, if its plate is ragged.
  void markArgument(const Choice &choice) { mark(argumentAttributes.back(), choice); }
  void markResult(const Choice &choice) { mark(resultAttributes.back(), choice); }
  void addResult(mlir::Value value, mlir::StringRef role, mlir::StringRef name,
                 mlir::ArrayRef<std::string> shape = {});

  // Leaves: `[plate lengths..., value shape...]`.
  mlir::FailureOr<mlir::SmallVector<std::string>> leafShape(const Choice &choice) const;
  mlir::Type leafType(const Choice &choice) const;
  /// The element of a leaf at plate indices; a slice if choices are tensors of type `type`.
  mlir::Value element(mlir::Value leaf, mlir::Type type, mlir::ValueRange indices, mlir::Location loc);
  mlir::Location locationOf(const Choice &choice) const;

  // Sums that may be empty (null).
  void accumulate(mlir::Value &total, mlir::Value term, mlir::Location loc);
  mlir::Value orZero(mlir::Value total);

  gen::FuncOp model;
  const Request &request;
  std::vector<Choice> choices;
  std::vector<Parameter> parameters;
  mlir::OpBuilder builder;
  mlir::func::FuncOp function;
  mlir::Value seed, instance;

private:
  void mark(mlir::Attribute &attributes, const Choice &choice);

  mlir::SmallVector<mlir::Attribute> argumentAttributes, resultAttributes;
  mlir::SmallVector<mlir::Value> results;
};

} // namespace genfuse

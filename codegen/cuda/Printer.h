// Prints one device function as a CUDA kernel.
#pragma once

#include "codegen/cuda/Names.h"
#include "codegen/cuda/Visibility.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/Twine.h"

namespace genfuse::cuda {

/// How tightly the operators of C++ bind.
enum class Binds { anything, compare, add, multiply, unary, primary };

/// The text of a value.
struct Expression {
  std::string text;
  Binds binds = Binds::primary;
};

class Printer {
public:
  explicit Printer(mlir::func::FuncOp function);

  /// The kernel's text. Throws genfuse::Error.
  std::string print();

private:
  // Printer.cpp: the function, its arguments, statements.
  void printArguments();
  std::string declareArgument(mlir::BlockArgument argument);
  mlir::Type pointee(mlir::Value pointer);
  void line(const llvm::Twine &text);
  void note(mlir::Operation *op);
  void openBlock(const llvm::Twine &head);
  void closeBlock(llvm::StringRef tail = "}");
  [[noreturn]] void fail(mlir::Operation *op, llvm::StringRef why);

  // Values.cpp: types, constants, expressions.
  std::string typeName(mlir::Type type, mlir::Operation *user);
  Expression constant(mlir::Attribute value, mlir::Type type, mlir::Operation *user);
  Expression expression(mlir::Value value);
  std::string operand(mlir::Value value, Binds least = Binds::anything);
  Expression compute(mlir::Operation *op);
  Expression computeArith(mlir::Operation *op);
  Expression computeIntegers(mlir::Operation *op);
  Expression computeComparison(mlir::Operation *op);
  Expression computeMath(mlir::Operation *op);
  Expression computeVector(mlir::Operation *op);
  Expression binary(mlir::Operation *op, llvm::StringRef symbol, Binds binds);
  Expression wrapping(mlir::Operation *op, llvm::StringRef symbol);
  Expression call(const llvm::Twine &name, mlir::ValueRange arguments);
  Expression cast(const llvm::Twine &type, mlir::Value value);

  // Statements.cpp
  void printBlock(mlir::Block &block);
  void printOp(mlir::Operation *op);
  bool isFolded(mlir::Operation *op);
  void define(mlir::Operation *op, Expression value);
  std::string nameFor(mlir::Operation *op);
  void printFor(mlir::scf::ForOp op);
  void printIf(mlir::scf::IfOp op);
  void printParts(mlir::scf::ParallelOp op);
  void assign(mlir::ValueRange values, llvm::ArrayRef<std::string> variables);

  // Memory.cpp
  bool printMemory(mlir::Operation *op);
  std::string element(mlir::Value memory, const llvm::Twine &at);
  std::string laneElement(mlir::Value memory, mlir::ValueRange at);
  void defineLoad(mlir::Operation *op, mlir::Value memory, std::string text);
  void storeUniform(mlir::Operation *op, const llvm::Twine &statement);
  void storeLanes(mlir::Operation *op, const llvm::Twine &statement, mlir::Value mask);
  void sync();

  mlir::func::FuncOp function;
  int64_t width;
  Scopes names;
  Visibility visibility;
  llvm::DenseMap<mlir::Value, Expression> texts;
  std::vector<std::string> lines;
  unsigned depth = 1;
  std::string lastNote;
  size_t uniformEnd = 0; ///< one behind the line that closed the last block of stores of the first thread
};

} // namespace genfuse::cuda

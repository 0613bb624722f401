// Pieces of assembly format that several ops share.
#pragma once

#include "ir/Gen.h"
#include "mlir/Interfaces/FunctionImplementation.h"

namespace genfuse::gen {

/// A bare word, kept as a string attribute: the name of a distribution or of a kind of variate.
inline mlir::ParseResult parseKeyword(mlir::OpAsmParser &parser, mlir::StringAttr &word) {
  llvm::StringRef text;
  if (parser.parseKeyword(&text))
    return mlir::failure();
  word = parser.getBuilder().getStringAttr(text);
  return mlir::success();
}
inline void printKeyword(mlir::OpAsmPrinter &printer, mlir::Operation *, mlir::StringAttr word) {
  printer << word.getValue();
}

/// The assembly of ops that are functions.
template <class Op> mlir::ParseResult parseFunction(mlir::OpAsmParser &parser, mlir::OperationState &result) {
  auto build = [](mlir::Builder &builder, llvm::ArrayRef<mlir::Type> inputs,
                  llvm::ArrayRef<mlir::Type> results, mlir::function_interface_impl::VariadicFlag,
                  std::string &) { return builder.getFunctionType(inputs, results); };
  return mlir::function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false, Op::getFunctionTypeAttrName(result.name), build,
      Op::getArgAttrsAttrName(result.name), Op::getResAttrsAttrName(result.name));
}
template <class Op> void printFunction(mlir::OpAsmPrinter &printer, Op op) {
  mlir::function_interface_impl::printFunctionOp(printer, op, /*isVariadic=*/false,
                                                 op.getFunctionTypeAttrName(), op.getArgAttrsAttrName(),
                                                 op.getResAttrsAttrName());
}

/// `%i to %n`: the index argument and the length of an iteration.
mlir::ParseResult parseIteration(mlir::OpAsmParser &parser, mlir::OpAsmParser::Argument &index,
                                 mlir::OpAsmParser::UnresolvedOperand &length);
void printIteration(mlir::OpAsmPrinter &printer, mlir::Value index, mlir::Value length);

/// The body of an iteration, whose terminator is always written.
mlir::ParseResult parseIterationBody(mlir::OpAsmParser &parser, mlir::Region &body,
                                     mlir::OpAsmParser::Argument index);

/// The type of `element` collected over an iteration: one more dimension, first or last.
mlir::RankedTensorType stackedType(mlir::Type element, bool last = false,
                                   int64_t length = mlir::ShapedType::kDynamic);

/// f64, i64, i1, or a tensor of one of them: what a function takes and returns.
bool isValue(mlir::Type type);

/// Checks that a block has one argument, an index.
mlir::LogicalResult verifyIndexArgument(mlir::Operation *op, mlir::Block &block);

} // namespace genfuse::gen

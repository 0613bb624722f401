// Parsing, printing and verification of the model layer.
#include "ir/Addresses.h"
#include "ir/Assembly.h"
#include "ir/Distributions.h"
#include "ir/Gen.h"

using namespace mlir;

namespace genfuse::gen {

// Shared assembly.

ParseResult parseIteration(OpAsmParser &parser, OpAsmParser::Argument &index,
                           OpAsmParser::UnresolvedOperand &length) {
  index.type = parser.getBuilder().getIndexType();
  return failure(parser.parseArgument(index) || parser.parseKeyword("to") || parser.parseOperand(length));
}

void printIteration(OpAsmPrinter &printer, Value index, Value length) {
  printer << ' ';
  printer.printOperand(index);
  printer << " to ";
  printer.printOperand(length);
}

ParseResult parseIterationBody(OpAsmParser &parser, Region &body, OpAsmParser::Argument index) {
  return parser.parseRegion(body, {index});
}

RankedTensorType stackedType(Type element, bool last, int64_t length) {
  auto tensor = dyn_cast<RankedTensorType>(element);
  SmallVector<int64_t> shape;
  if (tensor)
    shape.append(tensor.getShape().begin(), tensor.getShape().end());
  shape.insert(last ? shape.end() : shape.begin(), length);
  return RankedTensorType::get(shape, tensor ? tensor.getElementType() : element);
}

LogicalResult verifyIndexArgument(Operation *op, Block &block) {
  if (block.getNumArguments() != 1 || !block.getArgument(0).getType().isIndex())
    return op->emitOpError("expects a body with one index argument");
  return success();
}

// gen.func

ParseResult FuncOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseFunction<FuncOp>(parser, result);
}

void FuncOp::print(OpAsmPrinter &printer) { printFunction(printer, *this); }

bool isValue(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    type = tensor.getElementType();
  return type.isF64() || type.isInteger(64) || type.isInteger(1);
}

LogicalResult FuncOp::verify() {
  if (getResultTypes().size() > 1)
    return emitOpError("returns at most one value, got ") << getResultTypes().size(); // func_c1
  // func_c2
  for (Type type : llvm::concat<const Type>(getArgumentTypes(), getResultTypes()))
    if (!isValue(type))
      return emitOpError("takes and returns f64, i64, i1 and tensors of them, got ") << type;
  return success();
}

/// What passes take for granted of code that is not the dialect's own.
LogicalResult FuncOp::verifyRegions() {
  WalkResult walked = getBody().walk([](Operation *op) -> WalkResult {
    for (Type type : op->getResultTypes())
      if (!isValue(type) && !type.isIndex()) // func_c4
        return op->emitOpError(
                   "in a gen.func has values of type f64, i64, i1, index and ranked tensors of the "
                   "first three, got ")
               << type;
    auto dim = dyn_cast<tensor::DimOp>(op);
    std::optional<int64_t> dimension = dim ? dim.getConstantIndex() : std::nullopt;
    if (!dimension)
      return WalkResult::advance();
    const int64_t rank = cast<RankedTensorType>(dim.getSource().getType()).getRank();
    if (*dimension < 0 || *dimension >= rank) // func_c5
      return dim.emitOpError("asks for dimension ")
             << *dimension << " of a tensor with " << rank << (rank == 1 ? " dimension" : " dimensions");
    return WalkResult::advance();
  });
  return failure(walked.wasInterrupted());
}

// gen.return

LogicalResult ReturnOp::verify() {
  auto function = cast<FunctionOpInterface>((*this)->getParentOp());
  if (getOperandTypes() != TypeRange(function.getResultTypes())) // return_c1
    return emitOpError("returns ") << getOperandTypes() << " from a function of type "
                                   << function.getFunctionType();
  return success();
}

// gen.param

LogicalResult ParamOp::verify() {
  if (std::string fault = addressFault(getName()); !fault.empty())
    return emitOpError("name '") << getName() << "' " << fault;
  auto type = dyn_cast<RankedTensorType>(getType());
  size_t dynamic = type ? type.getNumDynamicDims() : 0;
  if (getSizes().size() != dynamic) // param_c1
    return emitOpError("has ") << dynamic << " dynamic dimensions and " << getSizes().size() << " sizes";
  if (!getInit()) // param_c2
    return success();
  size_t count = getInit()->size();
  bool onePerElement = type && type.hasStaticShape() && static_cast<size_t>(type.getNumElements()) == count;
  if (count != 1 && !onePerElement)
    return emitOpError("expects one initial value or one per element of a static shape, got ") << count;
  return success();
}

// gen.sample

/// A choice without an address is the element of the plate that directly holds it.
static LogicalResult verifyPlateElement(SampleOp op) {
  if (op->getParentOfType<ProcedureOp>())
    return success();
  auto map = dyn_cast<MapOp>(op->getParentOp());
  if (!map)
    return op.emitOpError(
        "expects an address: only a choice directly in a gen.map may go without"); // sample_c4
  for (Operation &other : *op->getBlock())
    if (&other != op && isa<SampleOp, CallOp, MapOp>(other))
      return op.emitOpError("expects an address: it is not the only choice of its gen.map"); // sample_c4
  return success();
}

LogicalResult SampleOp::verify() {
  if (!getAddress()) {
    if (failed(verifyPlateElement(*this)))
      return failure();
  } else if ((*this)->getParentOfType<ProcedureOp>()) {
    return emitOpError("at address '")
           << *getAddress() << "': expects no address: a procedure has no choices"; // sample_c4
  } else if (std::string fault = addressFault(*getAddress()); !fault.empty()) {
    return emitOpError("address '") << *getAddress() << "' " << fault; // sample_c3
  }
  auto where = [&] {
    auto diagnostic = emitOpError();
    if (getAddress())
      diagnostic << "at address '" << *getAddress() << "': ";
    return diagnostic;
  };
  return dist::verifyUse(getDistribution(), getType(), getParameters().getTypes(),
                         where); // sample_c1, sample_c2
}

// gen.call

/// Whether `from` calls `target`, directly or not.
static bool reaches(FuncOp from, FuncOp target, SymbolTableCollection &symbols,
                    llvm::DenseSet<Operation *> &seen) {
  if (from == target)
    return true;
  if (!seen.insert(from).second)
    return false;
  bool found = false;
  from.walk([&](CallOp call) {
    auto callee = symbols.lookupNearestSymbolFrom<FuncOp>(call, call.getCalleeAttr());
    found = found || (callee && reaches(callee, target, symbols, seen));
  });
  return found;
}

LogicalResult CallOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (getAddress())
    if (std::string fault = addressFault(*getAddress()); !fault.empty())
      return emitOpError("address '") << *getAddress() << "' " << fault;
  auto callee = symbols.lookupNearestSymbolFrom<FuncOp>(*this, getCalleeAttr());
  if (!callee)
    return emitOpError("calls '") << getCallee() << "', which is not a gen.func here"; // call_c1
  llvm::DenseSet<Operation *> seen;
  if (reaches(callee, (*this)->getParentOfType<FuncOp>(), symbols, seen))
    return emitOpError("calls '") << getCallee() << "', which leads back to its caller"; // call_c1
  if (getOperandTypes() != TypeRange(callee.getArgumentTypes()) ||
      getResultTypes() != TypeRange(callee.getResultTypes())) // call_c2
    return emitOpError("does not fit '") << getCallee() << "' of type " << callee.getFunctionType();
  return success();
}

// gen.map

ParseResult MapOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr address;
  if (OptionalParseResult given = parser.parseOptionalAttribute(address, "address", result.attributes);
      given.has_value() && failed(*given))
    return failure();
  OpAsmParser::Argument index;
  OpAsmParser::UnresolvedOperand length;
  if (parseIteration(parser, index, length) ||
      parser.resolveOperand(length, parser.getBuilder().getIndexType(), result.operands) ||
      parser.parseOptionalArrowTypeList(result.types))
    return failure();
  return failure(parseIterationBody(parser, *result.addRegion(), index) ||
                 parser.parseOptionalAttrDict(result.attributes));
}

void MapOp::print(OpAsmPrinter &printer) {
  if (getAddressAttr())
    printer << ' ' << getAddressAttr();
  printIteration(printer, getBody().getArgument(0), getLength());
  printer.printOptionalArrowTypeList(getResultTypes());
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
  printer.printOptionalAttrDict((*this)->getAttrs(), {"address"});
}

LogicalResult MapOp::verify() {
  if (getAddress())
    if (std::string fault = addressFault(*getAddress()); !fault.empty())
      return emitOpError("address '") << *getAddress() << "' " << fault; // map_c3
  Block &block = getBody().front();
  if (failed(verifyIndexArgument(*this, block))) // map_c1
    return failure();
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || yield.getNumOperands() != getNumResults())
    return emitOpError("yields ") << (yield ? yield.getNumOperands() : 0) << " values for " << getNumResults()
                                  << " results";
  for (auto [value, type] : llvm::zip(yield.getOperands(), getResultTypes())) // map_c2
    if (!succeeded(verifyCompatibleShape(type, stackedType(value.getType()))) ||
        getElementTypeOrSelf(type) != getElementTypeOrSelf(value.getType()))
      return emitOpError("collects ")
             << value.getType() << " into " << stackedType(value.getType()) << ", got " << type;
  return success();
}

// gen.row

LogicalResult RowOp::verify() {
  auto type = cast<RankedTensorType>(getOffsets().getType());
  if (type.getRank() != 1 || !type.getElementType().isInteger(64)) // row_c1
    return emitOpError("expects offsets that are a vector of i64, got ") << type;
  return success();
}

} // namespace genfuse::gen

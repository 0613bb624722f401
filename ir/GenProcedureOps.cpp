// Parsing, printing and verification of procedures, loops and applied operations.
#include "ir/Assembly.h"
#include "ir/Gen.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace genfuse::gen {

// gen.procedure

ParseResult ProcedureOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseFunction<ProcedureOp>(parser, result);
}

void ProcedureOp::print(OpAsmPrinter &printer) { printFunction(printer, *this); }

LogicalResult ProcedureOp::verify() {
  for (Type type : llvm::concat<const Type>(getArgumentTypes(), getResultTypes()))
    if (!isValue(type)) // procedure_c1
      return emitOpError("takes and returns f64, i64, i1 and tensors of them, got ") << type;
  llvm::StringSet<> names;
  for (unsigned i = 0; i < getResultTypes().size(); ++i) {
    auto name = getResultAttrOfType<StringAttr>(i, "gen.name");
    if (!name || name.empty()) // procedure_c2
      return emitOpError("expects a name (gen.name) for result ") << i;
    if (!names.insert(name.getValue()).second) // procedure_c2
      return emitOpError("has two results named '") << name.getValue() << "'";
  }
  return success();
}

// gen.loop

void LoopOp::build(OpBuilder &builder, OperationState &state, TypeRange results, Value length,
                   ValueRange inits) {
  state.addOperands(length);
  state.addOperands(inits);
  state.addTypes(results);
  Block &block = state.addRegion()->emplaceBlock();
  block.addArgument(builder.getIndexType(), state.location);
  for (Value init : inits)
    block.addArgument(init.getType(), init.getLoc());
}

YieldOp LoopOp::getYield() { return cast<YieldOp>(getBlock()->getTerminator()); }

SmallVector<Region *> LoopOp::getLoopRegions() { return {&getBody()}; }

ParseResult LoopOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::Argument> arguments(1);
  OpAsmParser::UnresolvedOperand length;
  SmallVector<Type> stacks;
  if (parseIteration(parser, arguments[0], length) ||
      parser.resolveOperand(length, parser.getBuilder().getIndexType(), result.operands))
    return failure();
  auto parseCarried = [&]() -> ParseResult {
    OpAsmParser::UnresolvedOperand init;
    OpAsmParser::Argument &carried = arguments.emplace_back();
    return failure(parser.parseArgument(carried) || parser.parseEqual() || parser.parseOperand(init) ||
                   parser.parseColonType(carried.type) ||
                   parser.resolveOperand(init, carried.type, result.operands) ||
                   (result.addTypes(carried.type), false));
  };
  if (succeeded(parser.parseOptionalKeyword("carry")) &&
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseCarried))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("stacks")) &&
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren,
                                     [&] { return parser.parseType(stacks.emplace_back()); }))
    return failure();
  result.addTypes(stacks);
  return failure(parser.parseRegion(*result.addRegion(), arguments) ||
                 parser.parseOptionalAttrDict(result.attributes));
}

void LoopOp::print(OpAsmPrinter &printer) {
  printIteration(printer, getIndex(), getLength());
  if (getNumCarried() > 0) {
    printer << " carry(";
    llvm::interleaveComma(llvm::zip(getCarried(), getStarts()), printer, [&](auto pair) {
      auto [argument, init] = pair;
      printer << argument << " = " << init << " : " << init.getType();
    });
    printer << ")";
  }
  if (!getStacks().empty())
    printer << " stacks(" << getStacks().getTypes() << ")";
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
  printer.printOptionalAttrDict((*this)->getAttrs());
}

LogicalResult LoopOp::verify() {
  TypeRange carried = getStarts().getTypes();
  TypeRange arguments = getBlock()->getArgumentTypes();
  if (arguments.empty() || !arguments.front().isIndex() || arguments.drop_front() != carried) // loop_c1
    return emitOpError("expects a body with an index argument and those of the carried values");
  auto yield = dyn_cast<YieldOp>(getBlock()->getTerminator());
  if (!yield || yield.getNumOperands() != getNumResults() || getNumResults() < carried.size()) // loop_c2
    return emitOpError("yields ") << (yield ? yield.getNumOperands() : 0) << " values for " << getNumResults()
                                  << " results";
  for (auto [i, value, type] : llvm::enumerate(yield.getOperandTypes(), getResultTypes())) {
    if (i < carried.size()) {
      if (value != carried[i]) // loop_c2
        return emitOpError("carries ") << carried[i] << " and yields " << value;
      if (type != value) // loop_c3
        return emitOpError("carries ") << value << " and results in " << type;
      continue;
    }
    RankedTensorType expected = stackedType(value);
    if (!succeeded(verifyCompatibleShape(expected, type)) ||
        getElementTypeOrSelf(type) != getElementTypeOrSelf(value)) // loop_c3
      return emitOpError("collects ") << value << " into " << expected << ", got " << type;
  }
  return success();
}

namespace {
/// A stack that nobody uses is not collected; a carried value that nobody uses, not even the body, not
/// carried.
struct DropUnusedOfLoop : OpRewritePattern<LoopOp> {
  using OpRewritePattern::OpRewritePattern;

  static bool isNeeded(LoopOp op, unsigned i) {
    if (!op.getResult(i).use_empty())
      return true;
    return i < op.getNumCarried() && llvm::any_of(op.getCarried()[i].getUses(), [&](OpOperand &use) {
             return use.getOwner() != op.getYield() || use.getOperandNumber() != i;
           });
  }

  LogicalResult matchAndRewrite(LoopOp op, PatternRewriter &rewriter) const override {
    SmallVector<Type> types;
    SmallVector<Value> inits, yielded, kept;
    BitVector dropped(op.getBlock()->getNumArguments());
    for (auto [i, result] : llvm::enumerate(op.getResults())) {
      bool carried = i < op.getNumCarried();
      if (!isNeeded(op, i)) {
        if (carried)
          dropped.set(i + 1);
        continue;
      }
      types.push_back(result.getType());
      kept.push_back(result);
      yielded.push_back(op.getYield().getOperand(i));
      if (carried)
        inits.push_back(op.getStarts()[i]);
    }
    if (kept.size() == op.getNumResults())
      return failure();
    if (kept.empty() && isMemoryEffectFree(op)) {
      rewriter.eraseOp(op);
      return success();
    }
    rewriter.modifyOpInPlace(op.getYield(), [&] { op.getYield()->setOperands(yielded); });
    rewriter.modifyOpInPlace(op, [&] { op.getBlock()->eraseArguments(dropped); });
    auto smaller = LoopOp::create(rewriter, op.getLoc(), types, op.getLength(), inits);
    rewriter.eraseBlock(smaller.getBlock());
    rewriter.inlineRegionBefore(op.getBody(), smaller.getBody(), smaller.getBody().begin());
    for (auto [from, to] : llvm::zip(kept, smaller.getResults()))
      rewriter.replaceAllUsesWith(from, to);
    rewriter.eraseOp(op);
    return success();
  }
};

/// A value that every iteration hands on as it got it is not carried.
struct ForwardUnchanged : OpRewritePattern<LoopOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(LoopOp op, PatternRewriter &rewriter) const override {
    bool changed = false;
    for (unsigned i = 0; i < op.getNumCarried(); ++i) {
      Value argument = op.getCarried()[i], init = op.getStarts()[i];
      if (op.getYield().getOperand(i) != argument || (argument.hasOneUse() && op.getResult(i).use_empty()))
        continue;
      rewriter.replaceAllUsesWith(op.getResult(i), init);
      rewriter.replaceUsesWithIf(argument, init,
                                 [&](OpOperand &use) { return use.getOwner() != op.getYield(); });
      changed = true;
    }
    return success(changed);
  }
};
} // namespace

void LoopOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropUnusedOfLoop, ForwardUnchanged>(context);
}

// gen.apply

LogicalResult ApplyOp::verify() {
  auto check = [&](ArrayAttr names, size_t count, const char *what) -> LogicalResult {
    if (names.size() != count) // apply_c2
      return emitOpError("has ") << count << " " << what << " and names for " << names.size();
    llvm::StringSet<> seen;
    for (Attribute name : names)
      if (!seen.insert(cast<StringAttr>(name).getValue()).second) // apply_c2
        return emitOpError("names '") << cast<StringAttr>(name).getValue() << "' twice";
    return success();
  };
  return failure(failed(check(getInputs(), getNumOperands(), "operands")) ||
                 failed(check(getOutputs(), getNumResults(), "results")));
}

LogicalResult ApplyOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (!symbols.lookupNearestSymbolFrom<FuncOp>(*this, getCalleeAttr())) // apply_c1
    return emitOpError("applies an operation of '") << getCallee() << "', which is not a gen.func here";
  return success();
}

} // namespace genfuse::gen

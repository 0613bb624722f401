// Parsing, printing and verification of the structured layer.
#include "ir/Assembly.h"
#include "ir/Gen.h"
#include "ir/SpecialFunctions.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace genfuse::gen {

// gen.sweep

void SweepOp::build(OpBuilder &builder, OperationState &state, TypeRange results, Value length,
                    int64_t numSums) {
  state.addOperands(length);
  state.addTypes(results);
  state.addAttribute(getNumSumsAttrName(state.name), builder.getI64IntegerAttr(numSums));
  Block &block = state.addRegion()->emplaceBlock();
  block.addArgument(builder.getIndexType(), state.location);
}

YieldOp SweepOp::getYield() { return cast<YieldOp>(getBlock()->getTerminator()); }

SmallVector<Region *> SweepOp::getLoopRegions() { return {&getBody()}; }

static ParseResult parseTypeGroup(OpAsmParser &parser, StringRef keyword, SmallVectorImpl<Type> &types) {
  if (failed(parser.parseOptionalKeyword(keyword)))
    return success();
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren,
                                        [&] { return parser.parseType(types.emplace_back()); });
}

ParseResult SweepOp::parse(OpAsmParser &parser, OperationState &result) {
  OpAsmParser::Argument index;
  OpAsmParser::UnresolvedOperand length;
  SmallVector<Type> sums, stacks;
  Builder &builder = parser.getBuilder();
  if (parseIteration(parser, index, length) ||
      parser.resolveOperand(length, builder.getIndexType(), result.operands))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("lanes"))) {
    int64_t lanes;
    if (parser.parseLParen() || parser.parseInteger(lanes) || parser.parseRParen())
      return failure();
    result.addAttribute("lanes", builder.getI64IntegerAttr(lanes));
  }
  if (parseTypeGroup(parser, "sums", sums) || parseTypeGroup(parser, "stacks", stacks))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("last")))
    result.addAttribute("stack_last", builder.getUnitAttr());
  result.addTypes(sums);
  result.addTypes(stacks);
  result.addAttribute("num_sums", builder.getI64IntegerAttr(sums.size()));
  return failure(parseIterationBody(parser, *result.addRegion(), index) ||
                 parser.parseOptionalAttrDict(result.attributes));
}

void SweepOp::print(OpAsmPrinter &printer) {
  printIteration(printer, getIndex(), getLength());
  if (getLanes())
    printer << " lanes(" << *getLanes() << ")";
  if (!getSums().empty())
    printer << " sums(" << getSums().getTypes() << ")";
  if (!getStacks().empty())
    printer << " stacks(" << getStacks().getTypes() << ")";
  if (getStackLast())
    printer << " last";
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
  printer.printOptionalAttrDict((*this)->getAttrs(), {"num_sums", "lanes", "stack_last"});
}

LogicalResult SweepOp::verify() {
  if (failed(verifyIndexArgument(*this, *getBlock()))) // sweep_c1
    return failure();
  auto yield = dyn_cast<YieldOp>(getBlock()->getTerminator());
  if (!yield || yield.getNumOperands() != getNumResults()) // sweep_c2
    return emitOpError("yields ") << (yield ? yield.getNumOperands() : 0) << " values for " << getNumResults()
                                  << " results";
  for (auto [i, value, type] : llvm::enumerate(yield.getOperandTypes(), getResultTypes())) {
    if (i < getNumSums()) {
      if (type != value && !(value.isF32() && type.isF64())) // sweep_c3
        return emitOpError("sums ") << value << " into " << type;
      continue;
    }
    auto expected = stackedType(value, getStackLast());
    if (!succeeded(verifyCompatibleShape(expected, type)) ||
        getElementTypeOrSelf(type) != getElementTypeOrSelf(value)) // sweep_c4
      return emitOpError("collects ") << value << " into " << expected << ", got " << type;
  }
  return success();
}

namespace {
/// A result that nobody uses is not computed.
struct DropUnusedResults : OpRewritePattern<SweepOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SweepOp op, PatternRewriter &rewriter) const override {
    if (llvm::none_of(op.getResults(), [](Value v) { return v.use_empty(); }))
      return failure();
    SmallVector<Type> types;
    SmallVector<Value> yielded, kept;
    unsigned numSums = 0;
    for (auto [i, result] : llvm::enumerate(op.getResults())) {
      if (result.use_empty())
        continue;
      types.push_back(result.getType());
      kept.push_back(result);
      yielded.push_back(op.getYield().getOperand(i));
      numSums += i < op.getNumSums();
    }
    if (kept.empty() && isMemoryEffectFree(op)) {
      rewriter.eraseOp(op);
      return success();
    }
    auto smaller = SweepOp::create(rewriter, op.getLoc(), types, op.getLength(), numSums);
    smaller.setLanesAttr(op.getLanesAttr());
    smaller.setStackLast(op.getStackLast());
    rewriter.modifyOpInPlace(op.getYield(), [&] { op.getYield()->setOperands(yielded); });
    rewriter.inlineRegionBefore(op.getBody(), smaller.getBody(), smaller.getBody().begin());
    rewriter.eraseBlock(&smaller.getBody().back());
    for (auto [from, to] : llvm::zip(kept, smaller.getResults()))
      rewriter.replaceAllUsesWith(from, to);
    rewriter.eraseOp(op);
    return success();
  }
};
} // namespace

namespace {
/// The length of a stack is that of its sweep: asking for it is no use of the stack's values.
struct FoldStackLength : OpRewritePattern<tensor::DimOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::DimOp op, PatternRewriter &rewriter) const override {
    auto sweep = op.getSource().getDefiningOp<SweepOp>();
    if (!sweep || cast<OpResult>(op.getSource()).getResultNumber() < sweep.getNumSums())
      return failure();
    int64_t stacked = sweep.getStackLast() ? op.getSource().getType().getRank() - 1 : 0;
    if (op.getConstantIndex() != stacked)
      return failure();
    rewriter.replaceOp(op, sweep.getLength());
    return success();
  }
};
} // namespace

void SweepOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropUnusedResults, FoldStackLength>(context);
}

// gen.einsum

static std::pair<StringRef, StringRef> splitSpec(StringRef spec) { return spec.split("->"); }

StringRef EinsumOp::getResultLetters() { return splitSpec(getSpec()).second; }

StringRef EinsumOp::getLetters(unsigned i) {
  SmallVector<StringRef> groups;
  splitSpec(getSpec()).first.split(groups, ',');
  return groups[i];
}

/// Checks one group of letters against a value's type, and its sizes against those seen so far.
static LogicalResult verifyGroup(EinsumOp op, StringRef letters, Type type,
                                 llvm::SmallDenseMap<char, int64_t> &sizes) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  size_t rank = tensor ? tensor.getRank() : 0;
  if (letters.size() != rank) // einsum_c2
    return op.emitOpError("names '") << letters << "' the dimensions of " << type;
  for (auto [i, letter] : llvm::enumerate(letters)) {
    if (!llvm::isAlpha(letter) || letters.count(letter) != 1) // einsum_c2
      return op.emitOpError("has the letter group '") << letters << "', expected distinct letters";
    int64_t size = tensor.getDimSize(i);
    auto [known, inserted] = sizes.try_emplace(letter, size);
    if (inserted || ShapedType::isDynamic(size) || known->second == size)
      continue;
    if (!ShapedType::isDynamic(known->second)) // einsum_c4
      return op.emitOpError("has sizes ")
             << known->second << " and " << size << " for the letter '" << letter << "'";
    known->second = size;
  }
  return success();
}

LogicalResult EinsumOp::verify() {
  if (!getSpec().contains("->") || splitSpec(getSpec()).second.contains("->")) // einsum_c1
    return emitOpError("expects a specification with one arrow, got '") << getSpec() << "'";
  if (splitSpec(getSpec()).first.count(',') + 1 != getNumOperands() || getNumOperands() == 0) // einsum_c1
    return emitOpError("has ") << getNumOperands() << " operands for the specification '" << getSpec() << "'";
  llvm::SmallDenseMap<char, int64_t> sizes;
  for (auto [i, operand] : llvm::enumerate(getOperands()))
    if (failed(verifyGroup(*this, getLetters(i), operand.getType(), sizes)))
      return failure();
  for (char letter : getResultLetters())
    if (!sizes.contains(letter)) // einsum_c3
      return emitOpError("has the result letter '") << letter << "', which no operand has";
  return verifyGroup(*this, getResultLetters(), getType(), sizes);
}

namespace {
/// "ij->ij" is its operand.
struct DropIdentity : OpRewritePattern<EinsumOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(EinsumOp op, PatternRewriter &rewriter) const override {
    if (op.getNumOperands() != 1 || op.getLetters(0) != op.getResultLetters() ||
        op.getOperand(0).getType() != op.getType())
      return failure();
    rewriter.replaceOp(op, op.getOperand(0));
    return success();
  }
};

/// A transposed operand is read in its own order: "ik,kj->ij" of a and transpose(b) becomes "ik,jk->ij" of a
/// and b.
struct FoldTransposition : OpRewritePattern<EinsumOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(EinsumOp op, PatternRewriter &rewriter) const override {
    bool changed = false;
    std::string spec;
    SmallVector<Value> operands;
    for (unsigned i = 0; i < op.getNumOperands(); ++i) {
      StringRef letters = op.getLetters(i);
      std::string own = letters.str();
      Value operand = op.getOperand(i);
      auto inner = operand.getDefiningOp<EinsumOp>();
      if (inner && inner.getNumOperands() == 1 &&
          inner.getLetters(0).size() == inner.getResultLetters().size()) {
        for (auto [d, letter] : llvm::enumerate(inner.getLetters(0)))
          own[d] = letters[inner.getResultLetters().find(letter)];
        operand = inner.getOperand(0);
        changed = true;
      }
      operands.push_back(operand);
      spec += (i ? "," : "") + own;
    }
    if (!changed)
      return failure();
    rewriter.replaceOpWithNewOp<EinsumOp>(op, op.getType(), spec + "->" + op.getResultLetters().str(),
                                          operands, op.getOrdered());
    return success();
  }
};
} // namespace

void EinsumOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropIdentity, FoldTransposition>(context);
}

// gen.concat

LogicalResult ConcatOp::verify() {
  auto result = cast<RankedTensorType>(getType());
  int64_t length = 0;
  for (Value operand : getOperands()) {
    auto type = cast<RankedTensorType>(operand.getType());
    if (type.getElementType() != result.getElementType() || type.getRank() != result.getRank() ||
        type.getRank() == 0 || type.getShape().drop_front() != result.getShape().drop_front())
      return emitOpError("operand of type ") << type << " does not go into " << result; // concat_c1
    length = type.isDynamicDim(0) || ShapedType::isDynamic(length) ? ShapedType::kDynamic
                                                                   : length + type.getDimSize(0);
  }
  if (result.getDimSize(0) != length && !result.isDynamicDim(0))
    return emitOpError("expected a first dimension of ") // concat_c2
           << (ShapedType::isDynamic(length) ? "dynamic size" : std::to_string(length)) << ", got "
           << result.getDimSize(0);
  return success();
}

// gen.place

LogicalResult PlaceOp::verify() {
  auto row = cast<RankedTensorType>(getRow().getType()), whole = cast<RankedTensorType>(getType());
  if (row.getRank() != whole.getRank() || row.getRank() == 0 ||
      row.getElementType() != whole.getElementType() ||
      row.getShape().drop_front() != whole.getShape().drop_front()) // place_c1
    return emitOpError("does not put ") << row << " into " << whole;
  if (!getOrigin()) // place_c2
    return emitOpError("expects a start that is that of a gen.row, or within one");
  return success();
}

static RowOp rowStartingAt(Value value) {
  auto row = value.getDefiningOp<RowOp>();
  return row && value == row.getStart() ? row : RowOp();
}

RowOp PlaceOp::getOrigin() {
  auto sum = getStart().getDefiningOp<arith::AddIOp>();
  if (!sum)
    return rowStartingAt(getStart());
  RowOp left = rowStartingAt(sum.getLhs());
  return left ? left : rowStartingAt(sum.getRhs());
}

Value PlaceOp::getSkipped() {
  auto sum = getStart().getDefiningOp<arith::AddIOp>();
  if (!sum)
    return {};
  return rowStartingAt(sum.getLhs()) ? sum.getRhs() : sum.getLhs();
}

// gen.one_hot

LogicalResult OneHotOp::verify() {
  auto type = cast<RankedTensorType>(getType());
  if (static_cast<size_t>(type.getRank()) != getIndices().size())
    return emitOpError("has ") << getIndices().size() << " indices for " << type;
  if (static_cast<size_t>(type.getNumDynamicDims()) != getSizes().size())
    return emitOpError("has ") << getSizes().size() << " sizes for " << type;
  return success();
}

// gen.special

LogicalResult SpecialOp::verify() {
  const SpecialFunction *function = findSpecialFunction(getKind());
  if (!function) // special_c1
    return emitOpError("expects one of the functions ")
           << specialFunctionNames() << ", got '" << getKind() << "'";
  if (getNumOperands() != function->arity) // special_c2
    return emitOpError() << "'" << getKind() << "' takes " << function->arity << " operands, got "
                         << getNumOperands();
  return success();
}

// gen.random

LogicalResult RandomOp::verify() {
  const Variate *variate = findVariate(getKind());
  if (!variate) // random_c1
    return emitOpError("expects one of the kinds ") << variateNames() << ", got '" << getKind() << "'";
  if (getParameters().size() != variate->parameters) // random_c2
    return emitOpError() << "'" << getKind() << "' takes " << variate->parameters << " parameters, got "
                         << getParameters().size();
  for (Type type : getParameters().getTypes())
    if (type != getType()) // random_c2
      return emitOpError() << "expects parameters of the result's type " << getType() << ", got " << type;
  if (getType().isInteger() != variate->integer) // random_c3
    return emitOpError() << "'" << getKind() << "' is " << (variate->integer ? "an i64" : "a real")
                         << ", got " << getType();
  if (getElement() && !variate->ownStream) // random_c4
    return emitOpError() << "'" << getKind() << "' has no elements";
  return success();
}

} // namespace genfuse::gen

// One definition of every op class; the generated code needs the parsers of Assembly.h.
using namespace genfuse::gen;
#define GET_OP_CLASSES
#include "genfuse/ir/GenOps.cpp.inc"

#include "passes/SizeChecks.h"
#include "ir/Addresses.h"
#include "ir/Distributions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/SliceDims.h"
#include "passes/SymbolicSize.h"
#include "passes/derive/Ragged.h"

using namespace mlir;

namespace genfuse {

std::string placeOf(Location loc) {
  if (auto file = loc->findInstanceOf<FileLineColLoc>())
    return file.getFilename().str() + ":" + std::to_string(file.getLine()) + ":" +
           std::to_string(file.getColumn());
  return "the model";
}

static ValueRange stacksOf(Operation *op) {
  if (auto loop = dyn_cast<gen::LoopOp>(op))
    return loop.getStacks();
  auto sweep = dyn_cast<gen::SweepOp>(op);
  return sweep ? sweep.getStacks() : isa<gen::MapOp>(op) ? ValueRange(op->getResults()) : ValueRange();
}

LogicalResult verifyStacks(Operation *op, Value length) {
  for (Value stack : stacksOf(op))
    if (auto type = cast<RankedTensorType>(stack.getType()); !type.isDynamicDim(0) && !sizeExpression(length))
      return op->emitOpError("collects a number of rows that is known only at run time into ") << type;
  return success();
}

namespace {

class Collector {
public:
  explicit Collector(FunctionOpInterface model) : model(model) {}

  std::vector<std::string> run() {
    model.walk([&](Operation *op) {
      if (auto einsum = dyn_cast<gen::EinsumOp>(op))
        visitEinsum(einsum);
      else if (Value length = lengthOf(op)) {
        visitLength(length, op);
        visitStacks(length, op);
      } else if (auto cast = dyn_cast<tensor::CastOp>(op))
        visitCast(cast);
      else if (auto element = dyn_cast<tensor::ExtractOp>(op))
        for (auto [d, index] : llvm::enumerate(element.getIndices()))
          visitIndex(element.getTensor(), d, index, op);
      else if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
        visitSlice(slice);
      else if (auto row = dyn_cast<gen::RowOp>(op))
        visitRow(row);
      else if (auto sample = dyn_cast<gen::SampleOp>(op))
        visitDistribution(op, sample.getDistribution(), sample.getParameters(), sample.getType(),
                          " (address '" + addressOf(sample) + "')");
      else if (auto draw = dyn_cast<gen::DrawOp>(op))
        visitDistribution(op, draw.getDistribution(), draw.getParameters(), draw.getType(), "");
      else if (auto density = dyn_cast<gen::LogPdfOp>(op))
        visitDistribution(op, density.getDistribution(), density.getParameters(),
                          density.getValue().getType(), "");
      else if (isa<gen::TriangularSolveOp, gen::DiagonalOp>(op))
        visitSquare(op);
      else if (OpTrait::hasElementwiseMappableTraits(op))
        visitElementwise(op);
    });
    return checks;
  }

private:
  void add(std::optional<SizeExpression> left, const char *relation, std::optional<SizeExpression> right,
           Operation *op, const std::string &whose = "") {
    if (!left || !right)
      return;
    std::string a = left->text(model), b = right->text(model);
    if (a == b)
      return;
    std::string line = a + " " + relation + " " + b + " | " + placeOf(op->getLoc()) + whose;
    if (!llvm::is_contained(checks, line))
      checks.push_back(line);
  }

  /// `what <= size`, where `what` depends on the values of offsets.
  void addLine(const std::string &what, std::optional<SizeExpression> size, Operation *op) {
    if (!size)
      return;
    std::string line = what + " <= " + size->text(model) + " | " + placeOf(op->getLoc());
    if (!llvm::is_contained(checks, line))
      checks.push_back(line);
  }

  /// How often the body of an op runs; null if it has none.
  static Value lengthOf(Operation *op) {
    return TypeSwitch<Operation *, Value>(op)
        .Case<gen::MapOp, gen::SweepOp, gen::LoopOp>([](auto iteration) { return iteration.getLength(); })
        .Default(Value());
  }

  /// Sizes that a type states are those of the tensor.
  void visitCast(tensor::CastOp op) {
    auto type = dyn_cast<RankedTensorType>(op.getType());
    for (int64_t d = 0; type && d < type.getRank(); ++d)
      if (!type.isDynamicDim(d))
        add(sizeOfDimension(op.getSource(), d), "=", SizeExpression{type.getDimSize(d), {}, {}}, op);
  }

  /// A stack has as many rows as its type states.
  void visitStacks(Value length, Operation *op) {
    for (Value stack : stacksOf(op))
      if (auto type = cast<RankedTensorType>(stack.getType()); !type.isDynamicDim(0))
        add(sizeExpression(length), "=", SizeExpression{type.getDimSize(0), {}, {}}, op);
  }

  /// A length that may be negative: a size less something.
  void visitLength(Value count, Operation *op) {
    std::optional<SizeExpression> length = sizeExpression(count);
    bool mayBeNegative = length && (length->constant < 0 || llvm::any_of(length->terms, [](const auto &term) {
                                      return term.second < 0;
                                    }));
    if (mayBeNegative)
      add(SizeExpression{0, {}, {}}, "<=", length, op);
  }

  void visitElementwise(Operation *op) {
    Value first;
    for (Value operand : op->getOperands()) {
      auto type = dyn_cast<RankedTensorType>(operand.getType());
      if (!type)
        continue;
      for (int64_t d = 0; first && d < type.getRank(); ++d)
        add(sizeOfDimension(first, d), "=", sizeOfDimension(operand, d), op);
      first = first ? first : operand;
    }
  }

  void visitEinsum(gen::EinsumOp op) {
    std::map<char, std::pair<Value, unsigned>> seen;
    for (unsigned i = 0; i < op.getNumOperands(); ++i)
      for (auto [d, letter] : llvm::enumerate(op.getLetters(i))) {
        auto [known, inserted] = seen.try_emplace(letter, op.getOperand(i), d);
        if (!inserted)
          add(sizeOfDimension(known->second.first, known->second.second), "=",
              sizeOfDimension(op.getOperand(i), d), op);
      }
  }

  /// A matrix that is taken to be square, and as large as a vector beside it.
  void visitSquare(Operation *op) {
    Value matrix = op->getOperand(0);
    add(sizeOfDimension(matrix, 0), "=", sizeOfDimension(matrix, 1), op);
    if (op->getNumOperands() > 1)
      add(sizeOfDimension(matrix, 0), "=", sizeOfDimension(op->getOperand(1), 0), op);
  }

  /// Parameters whose sizes a distribution ties together; one of no classes cannot be chosen.
  void visitDistribution(Operation *op, StringRef distribution, ValueRange parameters, Type value,
                         const std::string &whose) {
    const dist::Record *record = dist::find(distribution);
    std::map<char, std::pair<Value, unsigned>> seen;
    for (Value parameter : parameters)
      if (isa<RankedTensorType>(parameter.getType()) && value.isInteger(64))
        add(SizeExpression{1, {}, {}}, "<=", sizeOfDimension(parameter, 0), op, whose);
    for (auto [argument, value] : llvm::zip(*record, parameters))
      for (auto [d, letter] : llvm::enumerate(argument.sizes)) {
        auto [known, isNew] = seen.try_emplace(letter, value, d);
        if (!isNew)
          add(sizeOfDimension(known->second.first, known->second.second), "=", sizeOfDimension(value, d), op,
              whose);
      }
  }

  static std::string addressOf(gen::SampleOp op) {
    std::string address = op.getAddress().value_or("").str();
    for (auto map = op->getParentOfType<gen::MapOp>(); map; map = map->getParentOfType<gen::MapOp>())
      address = gen::joinAddress(map.getAddress().value_or(""), gen::joinAddress("*", address));
    return address;
  }

  /// An index that was turned into an integer and back is that index again before anything is lowered.
  static Value withoutCasts(Value index) {
    while (auto cast = index.getDefiningOp<arith::IndexCastOp>())
      index = cast.getIn();
    return index;
  }

  void visitIndex(Value tensor, unsigned dimension, Value index, Operation *op) {
    auto argument = dyn_cast<BlockArgument>(withoutCasts(index));
    Operation *iteration =
        argument && argument.getArgNumber() == 0 ? argument.getOwner()->getParentOp() : nullptr;
    Value length = iteration ? lengthOf(iteration) : Value();
    auto map = dyn_cast_or_null<gen::MapOp>(iteration);
    IntegerAttr constant;
    if (gen::RowOp row = map ? rowOf(map) : gen::RowOp())
      addLine("longest " + argumentName(cast<BlockArgument>(row.getOffsets())),
              sizeOfDimension(tensor, dimension), op);
    else if (length)
      add(sizeExpression(length), "<=", sizeOfDimension(tensor, dimension), op);
    else if (gen::RowOp row = rowOfElement(index))
      add(sizeExpression(row.getTotal()), "<=", sizeOfDimension(tensor, dimension), op);
    else if (matchPattern(index, m_Constant(&constant)))
      add(SizeExpression{constant.getInt() + 1, {}, {}}, "<=", sizeOfDimension(tensor, dimension), op);
    else // a computed index is clamped to the last element: there has to be one
      add(SizeExpression{1, {}, {}}, "<=", sizeOfDimension(tensor, dimension), op);
  }

  /// The offsets of rows, and that there is one for each row and one for the end.
  void visitRow(gen::RowOp row) {
    auto plate = cast<gen::MapOp>(row->getParentOp());
    std::optional<SizeExpression> rows = sizeExpression(plate.getLength());
    if (rows)
      add(rows->plus(SizeExpression{1, {}, {}}, 1), "=", sizeOfDimension(row.getOffsets(), 0), row);
    addLine("offsets " + argumentName(cast<BlockArgument>(row.getOffsets())), sizeExpression(row.getTotal()),
            row);
  }

  void visitSlice(tensor::ExtractSliceOp op) {
    llvm::SmallBitVector dropped = droppedDims(op);
    for (int64_t d = 0; d < op.getSourceType().getRank(); ++d) {
      OpFoldResult offset = op.getMixedOffsets()[d], size = op.getMixedSizes()[d];
      if (dropped.test(d)) {
        if (auto value = dyn_cast<Value>(offset))
          visitIndex(op.getSource(), d, value, op);
        continue;
      }
      // A computed offset is clamped so that the slice ends with the tensor: it has to fit.
      std::optional<int64_t> number = getConstantIntValue(size);
      add(number ? SizeExpression{*number, {}, {}} : sizeExpression(cast<Value>(size)),
          "<=", sizeOfDimension(op.getSource(), d), op);
    }
  }

  FunctionOpInterface model;
  std::vector<std::string> checks;
};

} // namespace

std::vector<std::string> sizeChecks(FunctionOpInterface function) { return Collector(function).run(); }

} // namespace genfuse

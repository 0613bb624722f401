#include "passes/ProductStages.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/Registers.h"
#include "passes/SymbolicSize.h"

using namespace mlir;

namespace genfuse {

static int64_t rankOf(Value value) {
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  return tensor ? tensor.getRank() : 0;
}

bool ProductMatrix::isLarge(int64_t least) const {
  return elements > 0 && elements >= least && smallSide >= std::min(least, maxRegisters + 1);
}

/// Whether each letter of the result is in one operand, and every other letter once in both.
static bool isProductOfMatrices(gen::EinsumOp op) {
  if (op.getOrdered() || op.getNumOperands() != 2)
    return false;
  StringRef a = op.getLetters(0), b = op.getLetters(1), result = op.getResultLetters();
  auto fits = [&](char letter) {
    return a.count(letter) <= 1 && b.count(letter) <= 1 &&
           a.count(letter) + b.count(letter) == (result.contains(letter) ? 1 : 2);
  };
  return llvm::all_of(a, fits) && llvm::all_of(b, fits);
}

ProductMatrix matrixOf(gen::EinsumOp op) {
  if (!isProductOfMatrices(op))
    return {};
  llvm::MapVector<char, int64_t> sizes;
  int64_t ranks = 0;
  auto look = [&](Value value, StringRef letters) {
    ranks += letters.size();
    for (auto [d, letter] : llvm::enumerate(letters)) {
      int64_t size = cast<RankedTensorType>(value.getType()).getDimSize(d);
      int64_t &known = sizes.try_emplace(letter, ShapedType::kDynamic).first->second;
      known = ShapedType::isDynamic(size) ? known : size;
    }
  };
  for (auto [i, operand] : llvm::enumerate(op.getOperands()))
    look(operand, op.getLetters(i));
  look(op.getResult(), op.getResultLetters());
  bool ofMatrices = sizes.size() == 3 && ranks == 6;
  if (!ofMatrices &&
      (sizes.size() != 2 || ranks != 4 || !rankOf(op.getOperand(0)) || !rankOf(op.getOperand(1))))
    return {};
  SmallVector<uint64_t> sides; // dynamic ones last
  for (auto [letter, size] : sizes)
    sides.push_back(static_cast<uint64_t>(size));
  llvm::sort(sides);
  auto stated = [](uint64_t side) {
    return ShapedType::isDynamic(static_cast<int64_t>(side)) ? int64_t(64) : static_cast<int64_t>(side);
  };
  int64_t a = stated(sides[0]), b = stated(sides[1]);
  return {std::min(a, b), a * b};
}

ProductStages::ProductStages(gen::SweepOp sweep, int64_t least) : sweep(sweep) {
  setLevels(least);
  if (any()) {
    delay();
    setKept();
  }
  auto isIndex = [](Value value) { return getElementTypeOrSelf(value.getType()).isIndex(); };
  if (llvm::any_of(keptValues, isIndex)) { // not of memory
    forward.clear();
    outer.clear();
  }
}

bool ProductStages::canCut(gen::SweepOp sweep) {
  if (sweep.getLanes() || sweep.getStackLast())
    return false;
  bool ragged =
      sweep.getBody()
          .walk([](Operation *op) {
            return isa<gen::RowOp, gen::PlaceOp>(op) ? WalkResult::interrupt() : WalkResult::advance();
          })
          .wasInterrupted();
  return !ragged && llvm::none_of(sweep.getBlock()->without_terminator(),
                                  [](Operation &op) { return op.getNumResults() == 0; });
}

unsigned ProductStages::lastOf(ArrayRef<Value> values) const {
  unsigned last = 0;
  for (Value value : values)
    last = std::max(last, level.lookup(value));
  return last;
}

bool ProductStages::isDissolved(Operation *op) const {
  if (outer.contains(op))
    return true;
  return isa<arith::AddFOp>(op) && op->getBlock() == sweep.getBlock() && isOnlySummed(op) &&
         llvm::any_of(op->getOperands(), [&](Value term) {
           return isInside(term) && term.getDefiningOp() && isDissolved(term.getDefiningOp());
         });
}

Value ProductStages::vectorOf(gen::EinsumOp product) const {
  return product.getOperand(isInside(product.getOperand(0)) ? 0 : 1);
}

/// Whether nothing but a sum of the sweep needs the result.
bool ProductStages::isOnlySummed(Operation *op) const {
  if (!op->hasOneUse())
    return false;
  OpOperand &use = *op->use_begin();
  Operation *user = use.getOwner();
  if (isa<arith::AddFOp>(user) && user->getBlock() == op->getBlock())
    return isOnlySummed(user);
  return isa<gen::YieldOp>(user) && user->getParentOp() == sweep &&
         use.getOperandNumber() < sweep.getNumSums() &&
         op->getResult(0).getType() == sweep.getResult(use.getOperandNumber()).getType();
}

bool ProductStages::canBeOuter(gen::EinsumOp op) const {
  return rankOf(op.getResult()) == 2 &&
         llvm::all_of(op.getOperands(),
                      [&](Value operand) { return rankOf(operand) == 1 && isInside(operand); }) &&
         isOnlySummed(op);
}

static bool areIntegers(TypeRange types) {
  return llvm::all_of(types, [](Type type) { return type.isIntOrIndex(); });
}

/// Reads of what lies in memory, and arithmetic on integers: nothing that is worth memory of its own.
bool ProductStages::readsOnly(Operation *op) const {
  if (isa<arith::ArithDialect>(op->getDialect()))
    return areIntegers(op->getOperandTypes()) && areIntegers(op->getResultTypes());
  if (!isa<tensor::ExtractOp, tensor::ExtractSliceOp, tensor::CastOp, tensor::DimOp>(op))
    return false;
  Operation *source = isInside(op->getOperand(0)) ? op->getOperand(0).getDefiningOp() : nullptr;
  return !source || reads.contains(source) || forward.contains(source);
}

void ProductStages::setLevels(int64_t least) {
  for (Operation &op : sweep.getBlock()->without_terminator()) {
    llvm::SetVector<Value> used(op.operand_begin(), op.operand_end());
    getUsedValuesDefinedAbove(op.getRegions(), used);
    unsigned at = 0;
    for (Value value : used)
      at = std::max(at, level.lookup(value));
    if (readsOnly(&op))
      reads.insert(&op);
    auto product = dyn_cast<gen::EinsumOp>(op);
    if (product && matrixOf(product).isLarge(least)) {
      unsigned varying = llvm::count_if(product.getOperands(), [&](Value v) { return isInside(v); });
      if (varying == 1 && rankOf(vectorOf(product)) == 1 && rankOf(product.getResult()) == 1) {
        forward.insert(product);
        ++at;
      } else if (canBeOuter(product)) {
        outer.insert(product);
      }
    }
    for (Value result : op.getResults())
      level[result] = at;
    stages = std::max(stages, at + 1);
  }
}

/// Moves what needs no value of a stage to the first stage that needs it: else it would be kept until then.
void ProductStages::delay() {
  SmallVector<Operation *> movable;
  llvm::SmallPtrSet<Operation *, 8> known;
  for (Operation &op : sweep.getBlock()->without_terminator()) {
    bool fromData = op.getNumRegions() == 0 && !forward.contains(&op) && !isDissolved(&op) &&
                    llvm::all_of(op.getOperands(), [&](Value operand) {
                      Operation *from = isInside(operand) ? operand.getDefiningOp() : nullptr;
                      return !from || reads.contains(from) || known.contains(from);
                    });
    if (!fromData || reads.contains(&op))
      continue;
    known.insert(&op);
    movable.push_back(&op);
  }
  for (Operation *op : llvm::reverse(movable)) {
    unsigned first = stages;
    for (Operation *user : op->getUsers()) {
      Operation *here = sweep.getBlock()->findAncestorOpInBlock(*user);
      bool needsNow =
          forward.contains(here) || isDissolved(here) || reads.contains(here) || here == sweep.getYield();
      first = std::min(first, needsNow ? level.lookup(op->getResult(0)) : level.lookup(here->getResult(0)));
    }
    for (Value result : op->getResults())
      level[result] = std::max(level.lookup(result), first == stages ? 0 : first);
  }
}

void ProductStages::termsOf(Value yielded, SmallVectorImpl<Value> &products,
                            SmallVectorImpl<Value> &others) const {
  Operation *op = isInside(yielded) ? yielded.getDefiningOp() : nullptr;
  if (op && outer.contains(op)) {
    products.push_back(yielded);
  } else if (op && isDissolved(op)) {
    termsOf(op->getOperand(0), products, others);
    termsOf(op->getOperand(1), products, others);
  } else {
    others.push_back(yielded);
  }
}

Value ProductStages::rowsFromOutside(Value value) const {
  auto slice = value.getDefiningOp<tensor::ExtractSliceOp>();
  if (!slice || isInside(slice.getSource()) || slice.getSourceType().getRank() != 2 || rankOf(value) != 1)
    return nullptr;
  auto first = dyn_cast<Value>(slice.getMixedOffsets()[0]);
  if (first != sweep.getIndex() || !isConstantIntValue(slice.getMixedOffsets()[1], 0) ||
      !slice.hasUnitStride() || !isConstantIntValue(slice.getMixedSizes()[0], 1))
    return nullptr;
  auto same = [](const std::optional<SizeExpression> &a, const std::optional<SizeExpression> &b) {
    return a && b && a->constant == b->constant && a->terms == b->terms && a->factors.empty() &&
           b->factors.empty();
  };
  bool whole = same(sizeOfDimension(slice.getSource(), 0), sizeExpression(sweep.getLength())) &&
               same(sizeOfDimension(slice.getSource(), 1), sizeOfDimension(value, 0));
  return whole ? slice.getSource() : nullptr;
}

/// What `stage` needs of earlier ones to have a value: it itself, or what it is read from.
void ProductStages::need(Value value, unsigned stage) {
  Operation *op = isInside(value) ? value.getDefiningOp() : nullptr;
  if (!op || forward.contains(op))
    return;
  if (reads.contains(op)) {
    for (Value operand : op->getOperands())
      need(operand, stage);
  } else if (level.lookup(value) < stage) {
    keptValues.insert(value);
  }
}

void ProductStages::setKept() {
  auto factor = [&](Value value) { // a row of a matrix
    if (rowsFromOutside(value) || forward.contains(value.getDefiningOp()))
      return;
    keptValues.insert(value);
    need(value, level.lookup(value));
  };
  for (Operation &op : sweep.getBlock()->without_terminator()) {
    if (forward.contains(&op)) {
      factor(vectorOf(cast<gen::EinsumOp>(op)));
    } else if (outer.contains(&op)) {
      llvm::for_each(op.getOperands(), factor);
    } else if (!reads.contains(&op) && !isDissolved(&op)) {
      llvm::SetVector<Value> used(op.operand_begin(), op.operand_end());
      getUsedValuesDefinedAbove(op.getRegions(), used);
      for (Value value : used)
        need(value, level.lookup(op.getResult(0)));
    }
  }
  // What is left of a sum is added up in the stage of its last term.
  for (Value yielded : sweep.getYield().getOperands().take_front(sweep.getNumSums())) {
    SmallVector<Value> products, others;
    termsOf(yielded, products, others);
    for (Value other : others)
      need(other, lastOf(others));
  }
  for (Value yielded : sweep.getYield().getOperands().drop_front(sweep.getNumSums()))
    need(yielded, level.lookup(yielded));
}

} // namespace genfuse

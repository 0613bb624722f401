// gen-split-products: large products of vectors in a sweep become products of matrices between sweeps.
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/Passes.h"
#include "passes/ProductStages.h"
#include "passes/Roles.h"
#include <map>

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENSPLITPRODUCTS
#include "genfuse/passes/Passes.h.inc"

namespace {

RankedTensorType stackOf(Type type) {
  SmallVector<int64_t> shape{ShapedType::kDynamic};
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    shape.append(tensor.getShape().begin(), tensor.getShape().end());
  return RankedTensorType::get(shape, getElementTypeOrSelf(type));
}

void handOver(gen::EinsumOp product) {
  int64_t elements = matrixOf(product).elements;
  product->setAttr(roles::handedOver, Builder(product.getContext()).getI64IntegerAttr(elements));
}

/// Replaces a sweep by sweeps over its stages, with products of matrices between them.
class Splitter {
public:
  Splitter(gen::SweepOp sweep, const ProductStages &stages)
      : sweep(sweep), stages(stages), b(sweep), loc(sweep.getLoc()), results(sweep.getNumResults()) {}

  void run() {
    for (stage = 0; stage < stages.count(); ++stage) {
      makeSweep();
      for (auto product : sweep.getBlock()->getOps<gen::EinsumOp>())
        if (stages.isForward(product) && stages.stageOf(product.getResult()) == stage + 1)
          rowsOf(product.getResult()) = makeProduct(product, stackOf(product.getType()));
    }
    for (unsigned i = 0; i < sweep.getNumSums(); ++i)
      addProducts(i);
    for (auto [old, fresh] : llvm::zip(sweep.getResults(), results))
      old.replaceAllUsesWith(fresh);
    sweep.erase();
  }

private:
  /// What the sweep of a stage gives, and where that goes.
  struct Output {
    SmallVector<Value> terms; ///< of the old body: a sum of them, or one value
    Value *into;
    Type type;
  };

  std::pair<SmallVector<Output>, SmallVector<Output>> outputs() {
    SmallVector<Output> sums, stacks;
    for (auto [i, value] : llvm::enumerate(sweep.getYield().getOperands())) {
      Type type = sweep.getResult(i).getType();
      if (i < sweep.getNumSums()) {
        SmallVector<Value> products, others;
        stages.termsOf(value, products, others);
        if (!others.empty() && stages.lastOf(others) == stage)
          sums.push_back({others, &results[i], type});
      } else if (stages.stageOf(value) == stage) {
        stacks.push_back({{value}, &results[i], type});
      }
    }
    for (Value value : stages.kept())
      if (stages.stageOf(value) == stage)
        stacks.push_back({{value}, &rowsOf(value), stackOf(value.getType())});
    return {sums, stacks};
  }

  /// The matrix of all rows of a value of the old body.
  Value &rowsOf(Value value) { return rows[value.getAsOpaquePointer()]; }

  void makeSweep() {
    auto [sums, stacks] = outputs();
    if (sums.empty() && stacks.empty())
      return;
    SmallVector<Output> all(sums);
    llvm::append_range(all, stacks);
    SmallVector<Type> types;
    for (const Output &output : all)
      types.push_back(output.type);
    auto part = gen::SweepOp::create(b, loc, types, sweep.getLength(), sums.size());
    for (auto [output, result] : llvm::zip(all, part.getResults()))
      *output.into = result;
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(part.getBlock());
    map.clear();
    map.map(sweep.getIndex(), part.getIndex());
    for (Operation &op : sweep.getBlock()->without_terminator())
      if (!stages.isRead(&op) && !stages.isForward(&op) && !stages.isDissolved(&op) &&
          stages.stageOf(op.getResult(0)) == stage)
        copy(&op);
    SmallVector<Value> yielded;
    for (const Output &output : all)
      yielded.push_back(total(output.terms));
    gen::YieldOp::create(b, loc, yielded);
  }

  Value total(ArrayRef<Value> terms) {
    Value sum = get(terms.front());
    for (Value term : terms.drop_front())
      sum = arith::AddFOp::create(b, loc, sum, get(term));
    return sum;
  }

  void copy(Operation *op) {
    llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), used);
    for (Value value : used)
      get(value);
    b.clone(*op, map);
  }

  /// A value of the old body in the sweep of this stage: computed there, read again, or its row of a stack.
  Value get(Value value) {
    if (!stages.isInside(value) || map.contains(value))
      return map.lookupOrDefault(value);
    if (stages.isRead(value.getDefiningOp()))
      copy(value.getDefiningOp());
    else
      map.map(value, rowOf(rowsOf(value), value.getType()));
    return map.lookup(value);
  }

  /// The row of this iteration, out of all.
  Value rowOf(Value all, Type type) {
    Value index = map.lookup(sweep.getIndex());
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return tensor::ExtractOp::create(b, loc, all, index);
    SmallVector<OpFoldResult> offsets(tensor.getRank() + 1, b.getIndexAttr(0)), sizes;
    SmallVector<OpFoldResult> steps(tensor.getRank() + 1, b.getIndexAttr(1));
    for (int64_t d = 0; d <= tensor.getRank(); ++d)
      sizes.push_back(tensor::getMixedSize(b, loc, all, d));
    offsets[0] = index;
    sizes[0] = b.getIndexAttr(1);
    return tensor::ExtractSliceOp::create(b, loc, tensor, all, offsets, sizes, steps);
  }

  /// The product of all iterations at once: one more letter, for the rows.
  Value makeProduct(gen::EinsumOp product, RankedTensorType type) {
    char row = 'n';
    while (product.getSpec().contains(row))
      row = row == 'z' ? 'a' : row + 1;
    std::string spec;
    SmallVector<Value> operands;
    for (auto [i, operand] : llvm::enumerate(product.getOperands())) {
      bool varies = stages.isInside(operand);
      Value all = operand;
      if (varies)
        all = rowsOf(operand) ? rowsOf(operand) : stages.rowsFromOutside(operand);
      operands.push_back(all);
      spec += (i ? "," : "") + (varies ? std::string(1, row) : "") + product.getLetters(i).str();
    }
    bool isSum = !stages.isForward(product);
    spec += "->" + (isSum ? "" : std::string(1, row)) + product.getResultLetters().str();
    auto whole = gen::EinsumOp::create(b, product.getLoc(), type, spec, operands, /*ordered=*/false);
    handOver(whole);
    return whole;
  }

  void addProducts(unsigned i) {
    SmallVector<Value> products, others;
    stages.termsOf(sweep.getYield().getOperand(i), products, others);
    for (Value value : products) {
      auto product = value.getDefiningOp<gen::EinsumOp>();
      Value sum = makeProduct(product, cast<RankedTensorType>(product.getType()));
      results[i] = results[i] ? arith::AddFOp::create(b, product.getLoc(), results[i], sum).getResult() : sum;
    }
  }

  gen::SweepOp sweep;
  const ProductStages &stages;
  OpBuilder b;
  Location loc;
  unsigned stage = 0;
  IRMapping map;                ///< of this stage
  std::map<void *, Value> rows; ///< see rowsOf
  SmallVector<Value> results;
};

struct GenSplitProductsPass : impl::GenSplitProductsBase<GenSplitProductsPass> {
  using Base::Base;

  /// The op and its regions are walked, those of loops too, but not bodies of sweeps.
  void visit(Block &block) {
    for (Operation &op : llvm::make_early_inc_range(block)) {
      if (auto loop = dyn_cast<gen::LoopOp>(op))
        visit(*loop.getBlock());
      if (auto sweep = dyn_cast<gen::SweepOp>(op); sweep && ProductStages::canCut(sweep)) {
        ProductStages stages(sweep, least);
        if (!stages.any())
          continue;
        Splitter(sweep, stages).run();
        ++split;
      }
    }
    for (auto product : block.getOps<gen::EinsumOp>())
      if (isMatrixProduct(product) && !product->hasAttr(roles::handedOver) &&
          matrixOf(product).isLarge(least))
        handOver(product);
  }

  static bool isMatrixProduct(gen::EinsumOp op) {
    auto isMatrix = [](Value value) {
      auto tensor = dyn_cast<RankedTensorType>(value.getType());
      return tensor && tensor.getRank() == 2;
    };
    return isMatrix(op.getResult()) && llvm::all_of(op.getOperands(), isMatrix);
  }

  void runOnOperation() override {
    if (least > 0 && !getOperation()->hasAttr(roles::checkOf))
      visit(getOperation().getBody().front());
  }
};

} // namespace
} // namespace genfuse

// gen-reassociate: products of what varies less come first, so that they leave loops, or are done once for
// all lanes.
#include "passes/Passes.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENREASSOCIATE
#include "genfuse/passes/Passes.h.inc"

namespace {

/// What a value varies with: sweeps and loops around it, and the function for what each instance has its own
/// of.
class Variance {
public:
  using Set = llvm::SmallPtrSet<Operation *, 4>;

  const Set &of(Value value) {
    auto known = sets.find(value);
    if (known != sets.end())
      return *known->second;
    auto set = std::make_unique<Set>(compute(value));
    return *(sets[value] = std::move(set));
  }

private:
  static Operation *functionOf(Operation *op) { return op->getParentOfType<func::FuncOp>(); }

  Set compute(Value value) {
    Set set;
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      Operation *parent = argument.getOwner()->getParentOp();
      bool isData = isa<func::FuncOp>(parent) && isa<RankedTensorType>(argument.getType());
      if (!isData)
        set.insert(parent);
      if (isa<gen::LoopOp>(parent) && argument.getArgNumber() > 0)
        set.insert(functionOf(parent));
      return set;
    }
    Operation *op = value.getDefiningOp();
    if (isa<gen::RandomOp, gen::SweepOp, gen::LoopOp>(op))
      set.insert(functionOf(op));
    for (Value operand : op->getOperands()) {
      const Set &part = of(operand);
      set.insert(part.begin(), part.end());
    }
    return set;
  }

  llvm::DenseMap<Value, std::unique_ptr<Set>> sets;
};

struct GenReassociatePass : impl::GenReassociateBase<GenReassociatePass> {
  /// (p q) v = p (q v), if q v varies with less than the whole.
  bool regroup(arith::MulFOp product, Variance &variance) {
    for (unsigned i = 0; i < 2; ++i) {
      auto inner = product->getOperand(i).getDefiningOp<arith::MulFOp>();
      Value v = product->getOperand(1 - i);
      for (unsigned j = 0; inner && j < 2; ++j) {
        Value p = inner->getOperand(j), q = inner->getOperand(1 - j);
        Variance::Set pair = variance.of(q);
        pair.insert(variance.of(v).begin(), variance.of(v).end());
        // A pair of constants is folded already, and a square keeps its range.
        bool less = !pair.empty() && pair.size() < variance.of(product.getResult()).size();
        if (!less || p == q || variance.of(q).empty() || variance.of(v).empty())
          continue;
        OpBuilder builder(product);
        Value first = arith::MulFOp::create(builder, product.getLoc(), q, v);
        product.setOperand(0, p);
        product.setOperand(1, first);
        ++regrouped;
        return true;
      }
    }
    return false;
  }

  /// (x + c) + d = x + (c + d) for constants such as normalisers. Large ones stay: adding 2^23 and taking it
  /// away again rounds, and is meant to.
  static void addConstants(Operation *sum) {
    FloatAttr outer, inner;
    Operation *first = sum->getOperand(0).getDefiningOp();
    if (!matchPattern(sum->getOperand(1), m_Constant(&outer)) ||
        !isa_and_nonnull<arith::AddFOp, arith::SubFOp>(first) ||
        !matchPattern(first->getOperand(1), m_Constant(&inner)))
      return;
    constexpr double largest = 1024;
    if (std::abs(outer.getValueAsDouble()) > largest || std::abs(inner.getValueAsDouble()) > largest)
      return;
    auto signedValue = [](Operation *op, FloatAttr value) {
      return isa<arith::SubFOp>(op) ? -value.getValueAsDouble() : value.getValueAsDouble();
    };
    OpBuilder builder(sum);
    const double total = signedValue(sum, outer) + signedValue(first, inner);
    Value constant = arith::ConstantOp::create(builder, sum->getLoc(),
                                               builder.getFloatAttr(sum->getResult(0).getType(), total));
    Value value = arith::AddFOp::create(builder, sum->getLoc(), first->getOperand(0), constant);
    sum->getResult(0).replaceAllUsesWith(value);
    sum->erase();
  }

  void runOnOperation() override {
    SmallVector<Operation *> sums;
    getOperation().walk([&](Operation *op) {
      if (isa<arith::AddFOp, arith::SubFOp>(op) && isa<FloatType>(op->getResult(0).getType()))
        sums.push_back(op);
    });
    llvm::for_each(sums, addConstants);
    Variance variance;
    SmallVector<arith::MulFOp> products;
    getOperation().walk([&](arith::MulFOp op) {
      if (!isa<RankedTensorType>(op.getType()))
        products.push_back(op);
    });
    for (arith::MulFOp product : products)
      regroup(product, variance);
  }
};

} // namespace
} // namespace genfuse

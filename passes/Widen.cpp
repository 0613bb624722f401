// gen-widen: how many registers one value of a sweep in lanes fills.
#include "passes/Passes.h"
#include "passes/Registers.h"
#include "passes/Roles.h"
#include "passes/Variation.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENWIDEN
#include "genfuse/passes/Passes.h.inc"

namespace {

/// How many registers a value takes with that many lanes.
int64_t registersOf(Value value, int64_t lanes) {
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  Type element = getElementTypeOrSelf(value.getType());
  int64_t bits = element.isIntOrFloat() ? element.getIntOrFloatBitWidth() : 64;
  int64_t wide = std::max<int64_t>(1, bits * lanes / (8 * laneBytes));
  if (!tensor)
    return wide;
  return tensor.hasStaticShape() && tensor.getNumElements() <= maxRegisters ? tensor.getNumElements() * wide
                                                                            : 0;
}

/// The registers that the innermost loops within a sweep need at once, at most.
class Pressure {
public:
  explicit Pressure(gen::SweepOp sweep) : varies(sweep), root(&sweep.getBody()), lanes(*sweep.getLanes()) {
    visit(*sweep.getBlock());
  }
  int64_t most = 0;         ///< 0: there is no loop within
  bool sharesDraws = false; ///< instances share calls of the generator: 64 lanes use all their words
  bool repeats = false;     ///< there is a gen.loop within, next to which draws around it cost little

private:
  void visit(Block &block) {
    bool innermost = true;
    for (Operation &op : block) {
      auto draw = dyn_cast<gen::RandomOp>(op);
      repeats = repeats || isa<gen::LoopOp>(op);
      sharesDraws = sharesDraws || (draw && draw.getStream().getSingle());
      if (isa<gen::SweepOp, gen::LoopOp>(op)) {
        innermost = false;
        visit(op.getRegion(0).front());
      }
    }
    if (innermost && block.getParent() != root)
      most = std::max(most, pressureOf(block));
  }

  int64_t count(Value value) { return varies(value) ? registersOf(value, lanes) : 0; }

  /// What comes from outside stays; what is computed within lives until its last use. Sums and carried values
  /// are the operands of the yield, which all live at the end.
  int64_t pressureOf(Block &block) {
    llvm::DenseMap<Value, Operation *> lastUse;
    llvm::SetVector<Value> outside;
    for (Operation &op : block)
      for (Value operand : op.getOperands()) {
        lastUse[operand] = &op;
        if (operand.getParentBlock() != &block)
          outside.insert(operand);
      }
    int64_t live = 0, most = 0;
    for (Value value : outside)
      live += count(value);
    for (Value value : block.getTerminator()->getOperands())
      live += count(value); // the sum so far, besides the term
    for (Operation &op : block.without_terminator()) {
      for (Value result : op.getResults())
        live += result.use_empty() ? 0 : count(result);
      most = std::max(most, live);
      llvm::SmallPtrSet<Value, 4> operands(op.operand_begin(), op.operand_end());
      for (Value operand : operands)
        if (operand.getParentBlock() == &block && lastUse.lookup(operand) == &op)
          live -= count(operand);
    }
    return std::max(most, live);
  }

  Variation varies;
  Region *root;
  int64_t lanes;
};

/// Whether products of tensors are formed: they have blocks of their own (passes/lower/Contraction.cpp).
bool hasProducts(gen::SweepOp sweep) {
  return sweep.getBody().walk([](gen::EinsumOp) { return WalkResult::interrupt(); }).wasInterrupted();
}

struct GenWidenPass : impl::GenWidenBase<GenWidenPass> {
  using GenWidenBase::GenWidenBase;

  void runOnOperation() override {
    getOperation().walk([&](gen::SweepOp sweep) {
      if (sweep.getLanes().value_or(1) == 1)
        return;
      OpBuilder builder(sweep);
      auto [factor, reason] = choose(sweep);
      sweep.setLanesAttr(builder.getI64IntegerAttr(*sweep.getLanes() * factor));
      sweep->setAttr(roles::reason, builder.getStringAttr(std::to_string(factor) +
                                                          (factor == 1 ? " register" : " registers") +
                                                          " a value, because " + reason));
    });
  }

  /// The factor, and why, for people.
  std::pair<int64_t, std::string> choose(gen::SweepOp sweep) {
    if (!sweep.getStackLast() && hasProducts(sweep))
      return {1, "products of tensors have blocks of their own"};
    const Pressure pressure(sweep);
    if (pressure.sharesDraws && !pressure.repeats)
      return {most, "instances share calls of the generator"};
    if (pressure.most == 0) // values go through registers once, however many there are
      return {2, "there is no loop within"};
    int64_t factor = 1;
    while (factor < most && 2 * factor * pressure.most <= registers)
      factor *= 2;
    return {factor, std::to_string(pressure.most) + " of " + std::to_string(registers) +
                        " registers hold what lives in the innermost loop"};
  }
};

} // namespace
} // namespace genfuse

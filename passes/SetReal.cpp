// gen-set-real: the abstract real f64 becomes f32; scores, weights and the sums that make them up stay f64.
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "passes/Passes.h"
#include "passes/Roles.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENSETREAL
#include "genfuse/passes/Passes.h.inc"

namespace {

Type narrow(Type type) {
  if (type.isF64())
    return Float32Type::get(type.getContext());
  if (auto tensor = dyn_cast<RankedTensorType>(type); tensor && tensor.getElementType().isF64())
    return tensor.clone(Float32Type::get(type.getContext()));
  return type;
}

/// Constants carry their value in an attribute of their type.
void narrowConstant(arith::ConstantOp op) {
  Type type = narrow(op.getType());
  auto round = [&](const APFloat &value) {
    APFloat copy = value;
    bool inexact;
    copy.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &inexact);
    return copy;
  };
  if (auto number = dyn_cast<FloatAttr>(op.getValue()))
    op.setValueAttr(FloatAttr::get(type, round(number.getValue())));
  else if (auto elements = dyn_cast<DenseFPElementsAttr>(op.getValue()))
    op.setValueAttr(elements.mapValues(getElementTypeOrSelf(type),
                                       [&](const APFloat &value) { return round(value).bitcastToAPInt(); }));
}

bool isSum(Operation *op) { return isa_and_nonnull<arith::AddFOp, arith::SubFOp, arith::NegFOp>(op); }

/// Whether a value is made up of sums of sweeps, which may be wide.
bool hasWideTerms(Value value) {
  Operation *op = value.getDefiningOp();
  if (isSum(op))
    return llvm::any_of(op->getOperands(), hasWideTerms);
  return isa_and_nonnull<gen::SweepOp, arith::TruncFOp>(op);
}

/// A sum in f64 again. Sums of sweeps are made wide; anything else is extended: a few terms that are rounded
/// to the real type themselves are added in it.
Value widen(Value value, OpBuilder &builder) {
  Operation *op = value.getDefiningOp();
  Type wide = builder.getF64Type();
  if (auto rounded = dyn_cast_or_null<arith::TruncFOp>(op); rounded && rounded.getIn().getType().isF64())
    return rounded.getIn();
  if (isSum(op) && hasWideTerms(value)) {
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(widen(operand, builder));
    builder.setInsertionPointAfter(op);
    return builder.create(OperationState(op->getLoc(), op->getName().getStringRef(), operands, {wide}))
        ->getResult(0);
  }
  if (op)
    builder.setInsertionPointAfter(op);
  else
    builder.setInsertionPointToStart(cast<BlockArgument>(value).getOwner());
  auto sweep = dyn_cast_or_null<gen::SweepOp>(op);
  if (!sweep || cast<OpResult>(value).getResultNumber() >= sweep.getNumSums())
    return arith::ExtFOp::create(builder, value.getLoc(), wide, value);
  if (!value.getType().isF64()) {
    Type real = value.getType();
    value.setType(wide);
    if (value.use_empty())
      return value;
    Value rounded = arith::TruncFOp::create(builder, value.getLoc(), real, value);
    value.replaceAllUsesExcept(rounded, rounded.getDefiningOp());
  }
  return value;
}

/// Lets scores of applied operations stay wide in a procedure, and what is computed of them by additions,
/// choices and comparisons. What is carried or multiplied on the way decides nothing: it gets the rounded
/// value.
class Widener {
public:
  explicit Widener(OpBuilder &builder) : builder(builder) {}

  void run(gen::WideOp op) {
    if (isPlain(op)) {
      op.replaceAllUsesWith(op.getOperand());
      op.erase();
      return;
    }
    Value wide = widen(op.getOperand(), builder);
    spread(op.getResult(), wide);
    op.erase();
  }

private:
  /// A score without sums of sweeps that nothing adds to or compares: rounded once or term by term is the
  /// same to a unit or two in the last place.
  static bool isPlain(gen::WideOp op) {
    return !hasWideTerms(op.getOperand()) &&
           llvm::all_of(op->getUsers(), [](Operation *user) { return isa<func::ReturnOp>(user); });
  }

  Value extended(Value value, Operation *user) {
    if (Value wide = wides.lookup(value))
      return wide;
    if (!value.getType().isF32())
      return value;
    builder.setInsertionPoint(user);
    return arith::ExtFOp::create(builder, user->getLoc(), builder.getF64Type(), value);
  }

  /// Every use of `narrow` gets `wide`, or that rounded.
  void spread(Value narrow, Value wide) {
    Value rounded;
    wides[narrow] = wide;
    while (!narrow.use_empty()) {
      OpOperand &use = *narrow.use_begin();
      if (takesWide(use, wide))
        continue;
      if (!rounded) {
        builder.setInsertionPointAfterValue(wide);
        rounded = arith::TruncFOp::create(builder, wide.getLoc(), builder.getF32Type(), wide);
      }
      use.set(rounded);
    }
    wides.erase(narrow);
  }

  bool takesWide(OpOperand &use, Value wide) {
    Operation *user = use.getOwner();
    if (auto yield = dyn_cast<gen::YieldOp>(user))
      if (auto loop = dyn_cast<gen::LoopOp>(yield->getParentOp());
          loop && use.getOperandNumber() < loop.getNumCarried()) {
        use.set(wide);
        widenCarried(loop, use.getOperandNumber());
        return true;
      }
    if (auto loop = dyn_cast<gen::LoopOp>(user); loop && use.getOperandNumber() > 0) {
      use.set(wide);
      widenCarried(loop, use.getOperandNumber() - 1);
      return true;
    }
    if (isa<arith::ExtFOp>(user)) {
      user->getResult(0).replaceAllUsesWith(wide);
      user->erase();
      return true;
    }
    if (isa<arith::CmpFOp>(user)) {
      use.set(wide);
      for (OpOperand &operand : user->getOpOperands())
        operand.set(extended(operand.get(), user));
      return true;
    }
    if (!isa<arith::AddFOp, arith::SubFOp, arith::NegFOp, arith::SelectOp>(user))
      return false;
    use.set(wide);
    widenResult(user);
    return true;
  }

  void widenResult(Operation *op) {
    for (OpOperand &operand : op->getOpOperands())
      operand.set(extended(operand.get(), op));
    changeType(op->getResult(0));
  }

  /// The value becomes f64, and its uses see that.
  void changeType(Value value) {
    if (value.getType().isF64())
      return;
    // Uses are visited through a stand-in of the old type.
    builder.setInsertionPointAfterValue(value);
    auto old = ub::PoisonOp::create(builder, value.getLoc(), value.getType());
    value.replaceAllUsesWith(old);
    value.setType(builder.getF64Type());
    spread(old, value);
    old.erase();
  }

  void widenCarried(gen::LoopOp loop, unsigned i) {
    if (loop.getCarried()[i].getType().isF64())
      return;
    loop.getStartsMutable().slice(i, 1).assign(extended(loop.getStarts()[i], loop));
    changeType(loop.getCarried()[i]);
    changeType(loop.getResult(i));
    gen::YieldOp yield = loop.getYield();
    yield->setOperand(i, extended(yield->getOperand(i), yield));
  }

  OpBuilder &builder;
  llvm::DenseMap<Value, Value> wides; ///< by the narrow values whose uses are being visited
};

struct GenSetRealPass : impl::GenSetRealBase<GenSetRealPass> {
  void narrowAll() {
    getOperation().walk([&](Operation *op) {
      if (auto constant = dyn_cast<arith::ConstantOp>(op))
        narrowConstant(constant);
      for (Value result : op->getResults())
        result.setType(narrow(result.getType()));
      for (Region &region : op->getRegions())
        for (Block &block : region)
          for (BlockArgument argument : block.getArguments())
            argument.setType(narrow(argument.getType()));
    });
  }

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    narrowAll();
    auto terminator = cast<func::ReturnOp>(function.getBody().front().getTerminator());
    OpBuilder builder(terminator);
    for (OpOperand &operand : terminator->getOpOperands()) {
      StringRef role = roles::of(function.getResultAttrDict(operand.getOperandNumber()));
      if (role == roles::score || role == roles::weight || role == roles::scoreChange)
        operand.set(widen(operand.get(), builder));
    }
    SmallVector<gen::WideOp> scores;
    function.walk([&](gen::WideOp op) { scores.push_back(op); });
    for (gen::WideOp op : scores)
      Widener(builder).run(op);
    function.setType(builder.getFunctionType(function.getBody().front().getArgumentTypes(),
                                             terminator->getOperandTypes()));
  }
};

} // namespace
} // namespace genfuse

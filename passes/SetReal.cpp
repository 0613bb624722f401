// gen-set-real: the abstract real f64 becomes f32; scores, weights and the sums that make them up stay f64.
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

/// A sum in f64 again. Sums of sweeps are made wide; anything else is extended.
Value widen(Value value, OpBuilder &builder) {
  Operation *op = value.getDefiningOp();
  Type wide = builder.getF64Type();
  if (isa_and_nonnull<arith::AddFOp, arith::SubFOp, arith::NegFOp>(op)) {
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
    function.setType(builder.getFunctionType(function.getBody().front().getArgumentTypes(),
                                             terminator->getOperandTypes()));
  }
};

} // namespace
} // namespace genfuse

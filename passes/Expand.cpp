// gen-expand: log densities and draws become arithmetic, as their records say.
#include "ir/dist/All.h"
#include "passes/IrVectors.h"
#include "passes/Passes.h"
#include <tuple>

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENEXPAND
#include "genfuse/passes/Passes.h.inc"

namespace {

/// Calls f(arg0, arg1, ...) with the first `count` values, each as the algebra's type of its kind.
template <class R, size_t... I, class F>
Value callWithKinds(F &&f, ArrayRef<Value> values, OpBuilder &builder, Location loc,
                    std::index_sequence<I...>) {
  auto wrap = [&]<size_t i>() {
    Emitted emitted{values[i], &builder, loc};
    constexpr dist::Kind kind = R::record.argumentStore[i].kind;
    if constexpr (kind == dist::Kind::real)
      return IrReal(emitted);
    else if constexpr (kind == dist::Kind::integer)
      return IrInteger(emitted);
    else if constexpr (kind == dist::Kind::boolean)
      return IrBoolean(emitted);
    else if constexpr (kind == dist::Kind::realVector)
      return IrVector(emitted);
    else
      return IrMatrix(emitted);
  };
  return f(wrap.template operator()<I>()...).value;
}

template <class R> auto wrapValue(Value value, OpBuilder &builder, Location loc) {
  Emitted emitted{value, &builder, loc};
  if constexpr (R::record.value == dist::Kind::real)
    return IrReal(emitted);
  else if constexpr (R::record.value == dist::Kind::integer)
    return IrInteger(emitted);
  else if constexpr (R::record.value == dist::Kind::realVector)
    return IrVector(emitted);
  else
    return IrBoolean(emitted);
}

template <class R> Value emitLogPdf(gen::LogPdfOp op, OpBuilder &builder) {
  SmallVector<Value> parameters(op.getParameters());
  auto value = wrapValue<R>(op.getValue(), builder, op.getLoc());
  return callWithKinds<R>(
      [&](auto... arguments) { return R::template logpdf<IrVectorAlgebra>(value, arguments...); }, parameters,
      builder, op.getLoc(), std::make_index_sequence<R::record.argumentCount>());
}

template <class R> Value emitDraw(gen::DrawOp op, OpBuilder &builder) {
  SmallVector<Value> parameters(op.getParameters());
  IrSource source(op, builder);
  return callWithKinds<R>(
      [&](auto... arguments) { return R::template sample<IrVectorAlgebra>(source, arguments...); }, parameters,
      builder, op.getLoc(), std::make_index_sequence<R::record.argumentCount>());
}

/// The record of that name applied by `emit`.
template <class Op, class Emit> void expandOp(Op op, Emit emit) {
  OpBuilder builder(op);
  Value result;
  dist::All::forEach([&]<class R>() {
    if (op.getDistribution() == StringRef(R::record.name))
      result = emit.template operator()<R>(op, builder);
  });
  op.replaceAllUsesWith(result);
  op.erase();
}

struct GenExpandPass : impl::GenExpandBase<GenExpandPass> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (isa<gen::LogPdfOp, gen::DrawOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      if (auto logpdf = dyn_cast<gen::LogPdfOp>(op))
        expandOp(logpdf, []<class R>(gen::LogPdfOp o, OpBuilder &b) { return emitLogPdf<R>(o, b); });
      else
        expandOp(cast<gen::DrawOp>(op),
                 []<class R>(gen::DrawOp o, OpBuilder &b) { return emitDraw<R>(o, b); });
    }
  }
};

} // namespace
} // namespace genfuse

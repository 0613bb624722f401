// Short sweeps within loops. There the latency of one sweep counts, not how many elements go through: one
// that fits in a few registers is done at once, with a mask, instead of by tiles, whole vectors and a tail.
#include "passes/lower/Sums.h"

using namespace mlir;

namespace genfuse::lower {

/// What a short sweep fills: four registers of 64 bytes.
constexpr int64_t shortBits = 4 * 512;

bool Lowerer::mayBeShort(gen::SweepOp op) {
  return !threads && op.getLanes().value_or(1) > 1 && op.getNumSums() > 0 &&
         op->getParentOfType<gen::LoopOp>() &&
         llvm::all_of(llvm::seq<unsigned>(op.getNumSums()), [&](unsigned i) { return isInRegisters(op, i); });
}

/// What the lanes of a single iteration add to a sum. The second half of products that nothing else uses
/// joins the first by fused multiply-adds: half as many vectors are left to be added.
Value Lowerer::termOfShort(Value yielded, Value vector) {
  auto product = vector.getDefiningOp<arith::MulFOp>();
  if (!product || !yielded.hasOneUse() || !yielded.getDefiningOp<arith::MulFOp>())
    return zeroWhereInactive(vector);
  const int64_t half = lanes.width / 2;
  auto part = [&](Value of, int64_t from) -> Value {
    return make<vector::ExtractStridedSliceOp>(of, from, half, 1);
  };
  Value a = product.getLhs(), b = product.getRhs();
  auto type = cast<VectorType>(part(a, 0).getType());
  Value zero = make<arith::ConstantOp>(builder.getZeroAttr(type));
  Value low = make<arith::MulFOp>(part(a, 0), part(b, 0));
  low = make<arith::SelectOp>(part(lanes.mask, 0), low, zero);
  Value both = make<math::FmaOp>(part(a, half), part(b, half), low);
  return make<arith::SelectOp>(part(lanes.mask, half), both, low);
}

/// The sums in the type that the sweep's results have.
static SmallVector<Value> inResultTypes(Lowerer &lowerer, ValueRange totals, ArrayRef<Type> types) {
  SmallVector<Value> values;
  for (auto [total, type] : llvm::zip(totals, types)) {
    bool narrower = total.getType().getIntOrFloatBitWidth() > type.getIntOrFloatBitWidth();
    values.push_back(total.getType() == type ? Value(total)
                     : narrower              ? lowerer.make<arith::TruncFOp>(type, total)
                                             : lowerer.make<arith::ExtFOp>(type, total));
  }
  return values;
}

/// Both ways, chosen by the number of iterations.
FailureOr<SmallVector<Value>> Lowerer::lowerShortOrLong(OpenSweep &sweep) {
  if (failed(prepareSums(sweep)))
    return failure();
  setRange(sweep);
  SmallVector<Type> types;
  for (const Sum &sum : sweep.sums)
    types.append(sum.registers, getElementTypeOrSelf(sweep.op.getResult(sum.result).getType()));
  const int64_t most = shortBits / sweep.sums.front().real.getIntOrFloatBitWidth();
  Value count = make<arith::SubIOp>(sweep.to, sweep.from);
  Value before = make<arith::SubIOp>(count, index(1)); // none is not short: there is no last lane
  Value fits = make<arith::CmpIOp>(arith::CmpIPredicate::ult, before, index(most));
  // For LLVM: the code of a long sweep takes no registers from the loop around it.
  fits = make<LLVM::ExpectOp>(fits, make<arith::ConstantOp>(builder.getBoolAttr(true)));
  auto branch = scf::IfOp::create(builder, loc, types, fits, /*withElse=*/true);
  OpBuilder::InsertionGuard guard(builder);

  builder.setInsertionPointToStart(branch.thenBlock());
  lanes = Lanes{most, sweep.from, {}, count};
  lanes.mask = make<vector::CreateMaskOp>(vectorOf(builder.getI1Type()), count);
  sweep.width = most;
  for (Sum &sum : sweep.sums)
    sum.carried.assign(sum.registers, Value());
  if (failed(lowerIteration(sweep, {sweep.from, false, true})))
    return failure();
  SmallVector<Value> sums;
  for (Value carried : getCarried(sweep))
    sums.push_back(laneSum(carried));
  lanes = sweep.outer;
  scf::YieldOp::create(builder, loc, inResultTypes(*this, sums, types));

  builder.setInsertionPointToStart(branch.elseBlock());
  OpenSweep whole(sweep.op, lanes);
  FailureOr<SmallVector<Value>> totals = lowerWhole(whole);
  if (failed(totals))
    return failure();
  scf::YieldOp::create(builder, loc, inResultTypes(*this, *totals, types));
  return SmallVector<Value>(branch.getResults());
}

} // namespace genfuse::lower

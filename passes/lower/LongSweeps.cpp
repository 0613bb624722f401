// Long sweeps without sums. Machine code of a long body takes time to make: where masks cost nothing, the
// masked tail does for all vectors, and there is no second copy for whole ones.
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "passes/lower/Sums.h"

using namespace mlir;

namespace genfuse::lower {

/// A body of more ops is long; a call of the device library, such as a draw, counts for several.
constexpr int64_t longBody = 512, opsOfCall = 64;

static int64_t sizeOf(Block &body) {
  int64_t size = 0;
  body.walk([&](Operation *op) { size += isa<func::CallOp>(op) ? opsOfCall : 1; });
  return size;
}

static bool isInnermost(Operation *loop) {
  return !loop->walk([&](LoopLikeOpInterface inner) {
                return inner == loop ? WalkResult::advance() : WalkResult::interrupt();
              })
              .wasInterrupted();
}

/// Whether a user of the mask is in an innermost loop of the body, where a mask on every iteration costs.
static bool isHot(Operation *user, Block &body) {
  auto loop = user->getParentOfType<LoopLikeOpInterface>();
  return loop && body.getParentOp()->isProperAncestor(loop) && isInnermost(loop);
}

/// Whether the number of active lanes is only there for masks, and these are cheap.
static bool masksAreCheap(Value active, Block &body) {
  for (Operation *user : active.getUsers()) {
    if (!body.getParentOp()->isProperAncestor(user))
      continue;
    if (!isa<vector::CreateMaskOp>(user) ||
        llvm::any_of(user->getUsers(), [&](Operation *access) { return isHot(access, body); }))
      return false;
  }
  return true;
}

/// The tail's body becomes that of a loop over all vectors.
void Lowerer::maskAll(OpenSweep &sweep, scf::IfOp tail) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(tail);
  auto loop = scf::ForOp::create(builder, loc, sweep.from, sweep.to, index(sweep.width));
  builder.setInsertionPointToStart(loop.getBody());
  Value left = make<arith::SubIOp>(sweep.to, loop.getInductionVar());
  Value active = make<arith::MinSIOp>(left, index(sweep.width));
  Block &body = *tail.thenBlock();
  loop.getBody()->getOperations().splice(std::prev(loop.getBody()->end()), body.getOperations(), body.begin(),
                                         std::prev(body.end()));
  auto isInLoop = [&](OpOperand &use) { return loop->isProperAncestor(use.getOwner()); };
  sweep.fullEnd.replaceUsesWithIf(loop.getInductionVar(), isInLoop);
  sweep.rest.replaceUsesWithIf(active, isInLoop);
  tail.erase();
}

/// The tail first, and whole vectors before it unless it does for them too.
LogicalResult Lowerer::lowerOnceOrTwice(OpenSweep &sweep) {
  Value any = make<arith::CmpIOp>(arith::CmpIPredicate::ugt, sweep.rest, index(0));
  if (failed(lowerTail(sweep, any, {})))
    return failure();
  auto tail = cast<scf::IfOp>(*std::prev(builder.getInsertionPoint()));
  if (!threads && vectors.hasMasks() && sizeOf(*tail.thenBlock()) > longBody &&
      masksAreCheap(sweep.rest, *tail.thenBlock())) {
    maskAll(sweep, tail);
    return success();
  }
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(any.getDefiningOp());
  return lowerTile(sweep, sweep.from, sweep.fullEnd);
}

} // namespace genfuse::lower

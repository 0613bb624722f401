// gen-count: each log density of a choice is counted where it is computed.
#include "passes/Passes.h"
#include "passes/Roles.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENCOUNT
#include "genfuse/passes/Passes.h.inc"

namespace {

/// The counter of a log density: its attribute `gen.count`, or the leaf that its location names.
StringAttr counterOf(gen::LogPdfOp op) {
  if (auto given = op->getAttrOfType<StringAttr>(roles::count))
    return given;
  auto named = op.getLoc()->findInstanceOf<NameLoc>();
  return named ? named.getName() : StringAttr();
}

struct GenCountPass : impl::GenCountBase<GenCountPass> {
  void runOnOperation() override {
    if (getOperation()->hasAttr(roles::checkOf))
      return;
    SmallVector<Attribute> names;
    WalkResult result = getOperation().walk([&](gen::LogPdfOp op) {
      StringAttr name = counterOf(op);
      if (!name) {
        op.emitOpError("has no leaf to be counted for, expected a named location or 'gen.count'");
        return WalkResult::interrupt();
      }
      if (!llvm::is_contained(names, name))
        names.push_back(name);
      OpBuilder builder(&getContext());
      builder.setInsertionPointAfter(op);
      auto counted = gen::CountedOp::create(builder, op.getLoc(), op.getType(), name, op.getResult());
      op.getResult().replaceAllUsesExcept(counted.getResult(), counted);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    getOperation()->setAttr(roles::counts, ArrayAttr::get(&getContext(), names));
  }
};

} // namespace
} // namespace genfuse

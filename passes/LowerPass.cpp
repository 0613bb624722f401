// gen-lower: each batched function becomes a kernel in upstream dialects; see passes/lower.
#include "passes/Passes.h"
#include "passes/Roles.h"
#include "passes/lower/Lowerer.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENLOWER
#include "genfuse/passes/Passes.h.inc"

namespace {

struct GenLowerPass : impl::GenLowerBase<GenLowerPass> {
  using Base::Base;

  func::FuncOp checkOf(func::FuncOp function) {
    for (auto other : getOperation().getOps<func::FuncOp>())
      if (auto checked = other->getAttrOfType<FlatSymbolRefAttr>(roles::checkOf))
        if (checked.getValue() == function.getSymName())
          return other;
    return {};
  }

  void runOnOperation() override {
    const VectorRegisters vectors{registers, registerBytes};
    SmallVector<func::FuncOp> functions;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function.getNumResults() > 0 && function.getResultAttr(0, roles::role))
        functions.push_back(function);
    for (func::FuncOp function : functions) {
      std::optional<lower::Lowerer> checker;
      if (func::FuncOp check = checkOf(function))
        checker.emplace(check, threads, vectors);
      if (failed(lower::Lowerer(function, threads, vectors).run(checker ? &*checker : nullptr)))
        return signalPassFailure();
    }
  }
};

} // namespace
} // namespace genfuse

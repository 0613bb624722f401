// gen-derive: the pass around derive().
#include "passes/derive/Derive.h"
#include "passes/Passes.h"
#include "runtime/Error.h"

namespace genfuse {

#define GEN_PASS_DEF_GENDERIVE
#include "genfuse/passes/Passes.h.inc"

namespace {

struct GenDerivePass : impl::GenDeriveBase<GenDerivePass> {
  using GenDeriveBase::GenDeriveBase;

  gen::FuncOp findModel() {
    gen::FuncOp found;
    for (auto function : getOperation().getOps<gen::FuncOp>())
      if (model.empty() || function.getSymName() == model)
        found = function;
    return found;
  }

  void runOnOperation() override {
    gen::FuncOp function = findModel();
    if (!function) {
      getOperation().emitError() << (model.empty() ? "no model here" : "no model named '" + model + "' here");
      return signalPassFailure();
    }
    Request parsed;
    std::string fault;
    try {
      parsed = Request::parse(request);
    } catch (const Error &error) {
      fault = error.what();
    }
    if (!fault.empty()) {
      function.emitError(fault);
      return signalPassFailure();
    }
    if (failed(derive(function, parsed)))
      return signalPassFailure();
    if (keepModels)
      return;
    for (auto other : llvm::make_early_inc_range(getOperation().getOps<gen::FuncOp>()))
      other.erase();
  }
};

} // namespace
} // namespace genfuse

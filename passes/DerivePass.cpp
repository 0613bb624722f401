// gen-derive: the pass around derive().
#include "passes/Passes.h"
#include "passes/derive/Derive.h"
#include "passes/derive/Procedure.h"
#include "runtime/Error.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENDERIVE
#include "genfuse/passes/Passes.h.inc"

namespace {

struct GenDerivePass : impl::GenDeriveBase<GenDerivePass> {
  using GenDeriveBase::GenDeriveBase;

  FunctionOpInterface findModel() {
    FunctionOpInterface found;
    for (auto function : getOperation().getOps<FunctionOpInterface>())
      if (isa<gen::FuncOp, gen::ProcedureOp>(function) && (model.empty() || function.getName() == model))
        found = function;
    return found;
  }

  static LogicalResult deriveFor(FunctionOpInterface function, const Request &request) {
    if (auto procedure = dyn_cast<gen::ProcedureOp>(*function))
      return deriveProcedure(procedure, request);
    return derive(cast<gen::FuncOp>(*function), request);
  }

  void runOnOperation() override {
    FunctionOpInterface function = findModel();
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
    if (failed(deriveFor(function, parsed)))
      return signalPassFailure();
    if (keepModels)
      return;
    for (Operation &other : llvm::make_early_inc_range(*getOperation().getBody()))
      if (isa<gen::FuncOp, gen::ProcedureOp>(other))
        other.erase();
  }
};

} // namespace
} // namespace genfuse

#include "codegen/cuda/PrintPass.h"
#include "codegen/cuda/SplitLaunches.h"
#include "codegen/cuda/Text.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassRegistry.h"
#include "runtime/Error.h"

using namespace mlir;

namespace genfuse {

namespace {

struct PrintCuda : PassWrapper<PrintCuda, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PrintCuda)

  StringRef getArgument() const override { return "gen-print-cuda"; }
  StringRef getDescription() const override { return "CUDA text of device functions, or of lowered kernels"; }

  void runOnOperation() override {
    try {
      llvm::outs() << text();
    } catch (const Error &error) {
      getOperation().emitError(error.what());
      signalPassFailure();
    }
  }

  std::string text() {
    auto functions = getOperation().getOps<func::FuncOp>();
    if (llvm::any_of(functions, [](func::FuncOp function) { return function->hasAttr(groupWidth); }))
      return cudaText(getOperation());
    return cudaCode(getOperation(), "module").text;
  }
};

} // namespace

void registerCudaPasses() { PassRegistration<PrintCuda>(); }

} // namespace genfuse

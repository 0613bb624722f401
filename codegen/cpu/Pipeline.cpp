#include "codegen/cpu/Pipeline.h"
#include "codegen/cpu/MathToDevice.h"
#include "codegen/cpu/OutlineParts.h"
#include "codegen/cpu/ShareBodies.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/Extensions/InlinerExtension.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/Transforms/InlinerInterfaceImpl.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace genfuse {

namespace {

/// Ops that the upstream conversions leave: reductions and transposes of several dimensions, rounding
/// divisions.
struct ExpandForCpu : PassWrapper<ExpandForCpu, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ExpandForCpu)

  StringRef getArgument() const override { return "gen-expand-for-cpu"; }
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    vector::populateVectorMultiReductionLoweringPatterns(patterns,
                                                         vector::VectorMultiReductionLowering::InnerParallel);
    vector::populateVectorTransposeLoweringPatterns(patterns, vector::VectorTransposeLowering::Shuffle16x16);
    vector::populateVectorShapeCastLoweringPatterns(patterns);
    arith::populateCeilFloorDivExpandOpsPatterns(patterns);
    SmallVector<Operation *> left;
    getOperation().walk([&](Operation *op) {
      if (isa<vector::MultiDimReductionOp, vector::TransposeOp, vector::ShapeCastOp, arith::CeilDivUIOp,
              arith::CeilDivSIOp, arith::FloorDivSIOp>(op))
        left.push_back(op);
    });
    GreedyRewriteConfig config; // these and what they become: not all that folds or is dead
    config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
    if (failed(applyOpPatternsGreedily(left, std::move(patterns), config)))
      signalPassFailure();
  }
};

/// Hides functions whose arguments have no alias from MLIR's inliner, which would forget that. The conversion
/// to LLVM drops the mark.
struct KeepNoAlias : PassWrapper<KeepNoAlias, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(KeepNoAlias)

  StringRef getArgument() const override { return "gen-keep-noalias"; }
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (unsigned i = 0; i < function.getNumArguments(); ++i)
        if (function.isPrivate() && function.getArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName()))
          function.setNoInline(true);
  }
};

/// While ops are still pure: what is inlined, merged or hoisted here is not called twice.
void addSimplifications(OpPassManager &passes) {
  passes.addPass(std::make_unique<KeepNoAlias>());
  passes.addPass(createInlinerPass({}, [](OpPassManager &) {})); // else it canonicalises each function too
  passes.addPass(createSymbolDCEPass());
  GreedyRewriteConfig operations; // gen-lower leaves no blocks to merge
  operations.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  passes.addPass(createCanonicalizerPass(operations));
  passes.addPass(createCSEPass());
  passes.addPass(createLoopInvariantCodeMotionPass());
}

/// What gen-lower makes has no vector transfers, no subviews and nothing of affine or index.
void addConversions(OpPassManager &passes) {
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createConvertFuncToLLVMPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createUBToLLVMConversionPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
}

void addAll(OpPassManager &passes, std::unique_ptr<Pass> mathToDevice) {
  passes.addPass(createOutlinePartsPass());
  passes.addPass(createShareBodiesPass());
  addSimplifications(passes);
  passes.addPass(std::move(mathToDevice));
  passes.addPass(std::make_unique<ExpandForCpu>());
  addConversions(passes);
}

struct PipelineOptions : PassPipelineOptions<PipelineOptions> {
  Option<std::string> target{*this, "target", llvm::cl::desc("native, x86-64-v4 or x86-64-v3"),
                             llvm::cl::init("native")};
};

} // namespace

void registerCpuBackend(DialectRegistry &registry) {
  func::registerInlinerExtension(registry);
  LLVM::registerInlinerInterface(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

void registerCpuPasses() {
  registerPass([] { return createMathToDevicePass(); });
  registerPass([] { return createOutlinePartsPass(); });
  registerPass([] { return createShareBodiesPass(); });
  PassPipelineRegistration<PipelineOptions>("gen-cpu-to-llvm", "from the lowered level to the LLVM dialect",
                                            [](OpPassManager &passes, const PipelineOptions &options) {
                                              addAll(passes,
                                                     createMathToDevicePass(llvm::StringRef(options.target)));
                                            });
}

void buildCpuPipeline(OpPassManager &passes, const CpuTarget &target) {
  addAll(passes, createMathToDevicePass(target));
}

LogicalResult lowerToLLVMDialect(ModuleOp module, const CpuTarget &target) {
  DialectRegistry registry;
  registerCpuBackend(registry);
  module.getContext()->appendDialectRegistry(registry);
  PassManager passes(module.getContext());
#ifdef NDEBUG
  passes.enableVerifier(false); // a third of the time; genfuse-opt, which the lit tests run, does verify
#endif
  buildCpuPipeline(passes, target);
  return passes.run(module);
}

} // namespace genfuse

#include "codegen/Compiler.h"
#include "codegen/CudaLoader.h"
#include "codegen/SignatureOf.h"
#include "codegen/cpu/ErrorText.h"
#include "codegen/cpu/Jit.h"
#include "codegen/cpu/Pipeline.h"
#include "codegen/cuda/Text.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Passes.h"
#include "passes/Roles.h"
#include <chrono>

using namespace mlir;

namespace genfuse {

void registerAll(DialectRegistry &registry) {
  registry.insert<gen::GenDialect, arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect,
                  math::MathDialect, tensor::TensorDialect, scf::SCFDialect, memref::MemRefDialect,
                  vector::VectorDialect, LLVM::LLVMDialect, ub::UBDialect>();
  registerCpuBackend(registry);
}

namespace {

/// One stage after the other, so that each can be watched.
void runPipeline(ModuleOp module, const Specialisation &specialisation, Stage from, Stage to,
                 const PassWatcher &watch) {
  ErrorText errors(module.getContext());
  for (; from < to; from = Stage(int(from) + 1)) {
    const Stage next = Stage(int(from) + 1);
    PassManager passes(module.getContext());
#ifdef NDEBUG
    passes.enableVerifier(next < Stage::lowered); // as in lowerToLLVMDialect
#endif
    buildPipeline(passes, specialisation, from, next);
    if (watch)
      watch(passes, next);
    if (failed(passes.run(module)))
      errors.raise();
  }
}

} // namespace

Lowered lowerTo(Stage stage, ModuleOp models, const Specialisation &specialisation,
                const PassWatcher &watch) {
  MLIRContext *context = models.getContext();
  DialectRegistry registry;
  registerAll(registry);
  context->appendDialectRegistry(registry);
  context->loadAllAvailableDialects();
  context->disableMultithreading();
  Lowered result;
  result.module = models.clone();
  Stage before = std::min(stage, Stage::batched);
  runPipeline(*result.module, specialisation, Stage::gen, before, watch);
  if (before != Stage::gen)
    for (auto function : result.module->getOps<func::FuncOp>())
      if (!function->hasAttr(roles::checkOf))
        result.signature = signatureOf(function);
  if (stage == Stage::lowered)
    runPipeline(*result.module, specialisation, Stage::batched, Stage::lowered, watch);
  return result;
}

struct Kernel::Body {
  CpuJit jit;
};

/// Device code in an image, host code compiled here.
static CpuJit jitForCuda(ModuleOp lowered, const std::string &name, const CpuOptions &options,
                         CudaLoader &loader) {
  CudaCode code = cudaCode(lowered, name);
  gf_cuda_image *image = loader.load(code.text, name);
  return CpuJit(*code.host, options,
                {{imageSymbol(name), image}, {launchSymbol, reinterpret_cast<void *>(loader.launch())}});
}

static Lowered lowerWithTime(ModuleOp models, const Specialisation &specialisation, double &time) {
  PhaseTimer timer(time);
  return lowerTo(Stage::lowered, models, specialisation);
}

Kernel::Kernel(ModuleOp models, const Specialisation &specialisation, CpuOptions options, CudaLoader *cuda) {
  auto start = std::chrono::steady_clock::now();
  options.phases = &phases_;
  Lowered lowered = lowerWithTime(models, specialisation, phases_.passes);
  signature_ = lowered.signature;
  if (specialisation.threads) {
    body.reset(new Body{jitForCuda(*lowered.module, signature_.entry, options, *cuda)});
    signature_.entry += "_cuda";
  } else {
    body.reset(new Body{CpuJit(*lowered.module, options)});
  }
  CpuKernel found = body->jit.find(signature_.entry);
  run_ = found.run;
  workspace_ = found.workspace;
  milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

Kernel::~Kernel() = default;

bool Kernel::fromCache() const { return body->jit.fromCache(); }

} // namespace genfuse

#include "codegen/cpu/Optimise.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"

namespace genfuse {

namespace {

/// LLVM's O2 simplifies each function about six times, before and after inlining, unrolling and vectorising.
/// Here the lowered module is canonical and in vectors, the device library is simplified already, and nothing
/// is devirtualised: once is enough. `sink` keeps what only a later block needs out of registers in the loops
/// before it. No slp-vectorizer: it joins sums of short plates into vectors by shuffles that take longer than
/// they save.
constexpr const char *const once =
    "always-inline,cgscc(inline,function-attrs),globaldce,function("
    "lower-expect,sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,simplifycfg,"
    "loop-mssa(loop-instsimplify,loop-simplifycfg,licm,loop-rotate,licm),"
    "loop(loop-idiom,indvars,loop-deletion,loop-unroll-full),"
    "sroa,gvn,dse,"
    "loop-vectorize,loop-unroll,vector-combine,"
    "instsimplify,loop-mssa(licm),sink,simplifycfg,dce)";

llvm::ModulePassManager pipelineOf(llvm::PassBuilder &builder, unsigned level) {
  if (level == 0)
    return builder.buildO0DefaultPipeline(llvm::OptimizationLevel::O0);
  if (level >= 3)
    return builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3);
  llvm::ModulePassManager passes;
  llvm::cantFail(builder.parsePassPipeline(passes, once));
  return passes;
}

} // namespace

void optimise(llvm::Module &module, unsigned level, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  pipelineOf(builder, level).run(module, modules);
}

} // namespace genfuse

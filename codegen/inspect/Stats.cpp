#include "codegen/inspect/Stats.h"
#include "codegen/Compiler.h"
#include "codegen/MappingChoice.h"
#include "codegen/cpu/ErrorText.h"
#include "codegen/cpu/Object.h"
#include "codegen/cpu/Symbols.h"
#include "codegen/inspect/RequestStats.h"
#include "mlir/Parser/Parser.h"
#include "runtime/Error.h"
#include "llvm/Object/ObjectFile.h"
#include <chrono>
#include <list>

using namespace mlir;

namespace genfuse {
namespace inspect {
namespace {

const char *stageName(Stage stage) {
  constexpr const char *names[] = {"gen", "derived", "differentiated", "batched", "lowered"};
  return names[static_cast<int>(stage)];
}

/// Bytes of instructions in an object file.
int64_t codeBytesOf(const std::string &object) {
  auto file = llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(object, "object"));
  if (!file)
    throw Error("the object file does not read back: " + llvm::toString(file.takeError()));
  int64_t bytes = 0;
  for (const llvm::object::SectionRef &section : (*file)->sections())
    if (section.isText())
      bytes += section.getSize();
  return bytes;
}

OwningOpRef<ModuleOp> parseModel(const Model &model, MLIRContext &context) {
  context.loadAllAvailableDialects();
  context.printOpOnDiagnostic(false);
  ErrorText errors(&context);
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(model.text(/*locations=*/true), &context, model.name());
  if (!module)
    errors.raise();
  return module;
}

void compile(const Model &model, const CompileOptions &options, RequestStats &stats) {
  DialectRegistry registry;
  registerAll(registry);
  MLIRContext context(registry);
  OwningOpRef<ModuleOp> module = parseModel(model, context);
  Lowered batched = lowerTo(Stage::batched, *module, stats.specialisation);
  stats.cost = costOf(batched.module->lookupSymbol<func::FuncOp>(batched.signature.entry), batched.signature);

  std::list<StageStats> stages; // the reports stay where they are
  Lowered lowered =
      lowerTo(Stage::lowered, *module, stats.specialisation, [&](PassManager &passes, Stage stage) {
        stages.push_back({stageName(stage), {}});
        stages.back().passes.watch(passes);
      });
  stats.stages.assign(stages.begin(), stages.end());
  auto start = std::chrono::steady_clock::now();
  const std::string object =
      compileObject(*lowered.module, {.target = options.target, .imports = gemmSymbols});
  stats.machineMilliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  stats.codeBytes = codeBytesOf(object);
}

/// What ptxas says of the request's kernels.
void compileForCuda(const Program &program, const std::string &request, RequestStats &stats) {
  const std::string text = program.emit("cuda", request, stats.specialisation.mapping);
  stats.cuda =
      cuda::compileText(text, stats.specialisation.model + ".cu", program.options().cudaArchitecture);
  stats.cudaThreads = program.options().lanes ? program.options().lanes : 32;
}

unsigned countDataSweeps(const std::vector<SweepCost> &sweeps) {
  unsigned count = 0;
  for (const SweepCost &sweep : sweeps)
    count += !sweep.overInstances + countDataSweeps(sweep.inner);
  return count;
}

} // namespace

unsigned RequestStats::dataSweeps() const { return countDataSweeps(cost.sweeps); }

} // namespace inspect

std::string statsOf(const Model &model, const Program &program, const std::string &request,
                    const RunOptions &options, const Inputs *inputs, StatsFormat format) {
  inspect::RequestStats stats;
  stats.target = program.options().target;
  if (inputs) {
    Program::Bound bound = program.bind(request, *inputs, options);
    stats.specialisation = bound.specialisation;
    stats.mappingReason = bound.mappingReason;
    stats.sizes = bound.call.sizes();
    stats.workspaceBytes = bound.call.workspaceBytes(bound.kernel.workspace);
  } else {
    auto [mapping, reason] = chooseMapping(program.options().mapping, options.instances, false);
    stats.specialisation = program.specialisation(request, mapping);
    stats.mappingReason = reason;
  }
  inspect::compile(model, program.options(), stats);
  if (program.options().cudaArchitecture)
    inspect::compileForCuda(program, request, stats);
  stats.cachedKernels = program.cachedKernels();
  stats.cache = program.cacheReport();
  return format == StatsFormat::text ? inspect::statsText(stats) : inspect::statsJson(stats);
}

} // namespace genfuse

#include "passes/Pipelines.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Passes.h"

using namespace mlir;

namespace genfuse {

const char *mappingName(Mapping mapping) {
  switch (mapping) {
  case Mapping::instances:
    return "instances";
  case Mapping::elements:
    return "elements";
  case Mapping::single:
    return "single";
  }
  return "";
}

const char *realName(Precision real) { return real == Precision::f32 ? "f32" : "f64"; }

std::string Specialisation::key() const {
  std::string text = model + "." + request.text() + " " + realName(real) + " " + mappingName(mapping) + " " +
                     std::to_string(lanes) + (widen ? "+" : "") + (threads ? " threads" : "");
  for (const std::string &name : batched)
    text += " batched:" + name;
  for (const std::string &name : shared)
    text += " shared:" + name;
  text += checked ? " checked" : "";
  text += counted ? " counted" : "";
  text += gemmSize ? " gemm:" + std::to_string(gemmSize) : "";
  text += moments ? " moments" : "";
  return text + (optimise ? "" : " unoptimised");
}

namespace {

/// Regions of structured ops have one block each: there are none to merge.
std::unique_ptr<Pass> canonicalise() {
  GreedyRewriteConfig operations;
  operations.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  return createCanonicalizerPass(operations);
}

void simplify(OpPassManager &passes) {
  passes.addPass(canonicalise());
  passes.addPass(createCSEPass());
}

void addDerive(OpPassManager &passes, const Specialisation &specialisation) {
  GenDeriveOptions options;
  options.request = specialisation.request.text();
  options.model = specialisation.model;
  passes.addPass(createGenDerive(options));
  if (specialisation.checked)
    passes.addPass(createGenCheck());
  if (specialisation.counted)
    passes.nest<func::FuncOp>().addPass(createGenCount());
}

/// Values and gradients side by side, then made one pass over the data.
void addDifferentiate(OpPassManager &passes, const Specialisation &specialisation) {
  OpPassManager &functions = passes.nest<func::FuncOp>();
  functions.addPass(createGenExpand());
  if (specialisation.optimise)
    simplify(functions);
  functions.addPass(createGenDropConstants());
  functions.addPass(createGenDifferentiate());
  if (!specialisation.optimise)
    return;
  functions.addPass(canonicalise());
  functions.addPass(createGenMergeSweeps());
  simplify(functions);
}

void addBatch(OpPassManager &passes, const Specialisation &specialisation) {
  OpPassManager &functions = passes.nest<func::FuncOp>();
  if (specialisation.real == Precision::f32)
    functions.addPass(createGenSetReal());
  if (specialisation.optimise) {
    functions.addPass(createGenReassociate());
    functions.addPass(createGenHoistInvariants());
    simplify(functions);
    if (specialisation.moments) {
      functions.addPass(createGenMoments());
      simplify(functions);
    }
    functions.addPass(createGenShortenChains());
    functions.addPass(canonicalise());
  }
  if (specialisation.gemmSize > 0 && specialisation.mapping == Mapping::single && !specialisation.threads) {
    functions.addPass(createGenSplitProducts({.least = specialisation.gemmSize}));
    simplify(functions);
  }
  GenBatchOptions options;
  options.mapping = mappingName(specialisation.mapping);
  options.lanes = specialisation.lanes;
  options.batched.assign(specialisation.batched.begin(), specialisation.batched.end());
  options.shared.assign(specialisation.shared.begin(), specialisation.shared.end());
  functions.addPass(createGenBatch(options));
  const VectorRegisters &vectors = specialisation.vectors;
  if (specialisation.widen)
    functions.addPass(createGenWiden({.registers = vectors.count * vectors.bytes / laneBytes}));
  if (!specialisation.optimise)
    return;
  if (!specialisation.threads)
    functions.addPass(createGenStackInvariants());
  simplify(functions);
}

void addLower(OpPassManager &passes, const Specialisation &specialisation) {
  passes.addPass(
      createGenLower({specialisation.threads, specialisation.vectors.count, specialisation.vectors.bytes}));
  if (!specialisation.optimise)
    return;
  simplify(passes);
  passes.addPass(createLoopInvariantCodeMotionPass());
  passes.nest<func::FuncOp>().addPass(createGenFormFma());
}

} // namespace

void buildPipeline(OpPassManager &passes, const Specialisation &specialisation, Stage from, Stage to) {
  auto reached = [&](Stage stage) { return from < stage && stage <= to; };
  if (reached(Stage::derived))
    addDerive(passes, specialisation);
  if (reached(Stage::differentiated))
    addDifferentiate(passes, specialisation);
  if (reached(Stage::batched))
    addBatch(passes, specialisation);
  if (reached(Stage::lowered))
    addLower(passes, specialisation);
}

} // namespace genfuse

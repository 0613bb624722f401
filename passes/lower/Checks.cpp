// What checked and counting kernels do besides computing.
#include "passes/Roles.h"
#include "passes/lower/Lowerer.h"
#include "passes/lower/Record.h"
#include "runtime/abi.h"
#include <cstddef>

using namespace mlir;

namespace genfuse::lower {

// Counters.

void Lowerer::declareCounters() {
  if (auto names = source->getAttrOfType<ArrayAttr>(roles::counts))
    for (Attribute name : names) {
      StringRef counter = cast<StringAttr>(name).getValue();
      counters[counter] = arrays.size();
      arrays.push_back(
          {false, ~0u, builder.getI64Type(), 0, totalDims, {}, {}, ("count '" + counter + "'").str(), {}});
    }
}

/// Adds the iterations that this code stands for. Atomic, because calls for several ranges of instances may
/// share the counters; the sum of integers does not depend on their order.
void Lowerer::lowerCounted(gen::CountedOp op) {
  set(op.getResult(), scalar(op.getValue()));
  Value counter = kernel.getBody().front().getArgument(counters.lookup(op.getName()));
  Value iterations = lanes.mask ? lanes.active : index(lanes.width);
  Value word = make<arith::IndexCastOp>(builder.getI64Type(), iterations);
  LLVM::AtomicRMWOp::create(builder, loc, LLVM::AtomicBinOp::add, counter, word,
                            LLVM::AtomicOrdering::monotonic);
}

// Checks.

int64_t Lowerer::mostCheckIndices() {
  int64_t most = 0;
  source.walk([&](gen::CheckOp op) { most = std::max<int64_t>(most, op.getIndices().size()); });
  return most;
}

/// The text of a check, in which the letters of numbers say which of them are integers.
static std::string textOf(gen::CheckOp op) {
  std::string text = op.getMessage().str();
  for (auto [i, value] : llvm::enumerate(op.getValues()))
    if (size_t at = text.find(i == 0 ? "{v}" : "{b}");
        at != std::string::npos && !isa<FloatType>(value.getType()))
      text[at + 1] = i == 0 ? 'V' : 'B';
  return text;
}

/// One lane of a scalar; without a lane its first one.
Value Lowerer::ofLane(Scalar value, Value lane) {
  if (value.isLaneIndex)
    return lane ? make<arith::AddIOp>(value.value, lane) : value.value;
  if (!value.varying)
    return value.value;
  return make<vector::ExtractOp>(value.value, OpFoldResult(lane ? lane : index(0)));
}

/// Notes a failure of one lane, or of a check that is the same for all lanes.
void Lowerer::keepFailure(gen::CheckOp op, Value lane) {
  auto word = [&](Value value) { return Record::asWord(builder, loc, value); };
  auto field = [&](size_t offset) { return loadWord(builder, call, offset, builder.getI64Type()); };
  Value none = make<arith::ConstantOp>(builder.getI64IntegerAttr(-1));
  Value zero = make<arith::ConstantOp>(builder.getI64IntegerAttr(0));
  // Outside of the sweep over instances a check fails for all of them: for the first one.
  Value instance = field(offsetof(gf_call, begin)), shown = none;
  for (auto sweep = op->getParentOfType<gen::SweepOp>(); sweep;
       sweep = sweep->getParentOfType<gen::SweepOp>())
    if (sweep.getStackLast()) {
      instance = word(ofLane(iteration.lookup(sweep), lane));
      Value one = make<arith::ConstantOp>(builder.getI64IntegerAttr(1));
      Value several =
          make<arith::CmpIOp>(arith::CmpIPredicate::sgt, field(offsetof(gf_call, instances)), one);
      shown = make<arith::SelectOp>(several, instance, none);
    }
  SmallVector<Value> words{record, shown};
  for (Value value : op.getValues())
    words.push_back(word(ofLane(scalar(value), lane)));
  words.resize(1 + Record::firstIndex, zero);
  for (Value value : op.getIndices())
    words.push_back(word(ofLane(scalar(value), lane)));
  words.resize(1 + Record::firstIndex + checkIndices, zero);
  words.push_back(instance);
  words.push_back(make<arith::ConstantOp>(builder.getI64IntegerAttr(op.getNumber())));
  func::FuncOp keeper = Record(checkIndices).keeper(kernel->getParentOfType<ModuleOp>());
  func::CallOp::create(builder, loc, keeper, words);
}

/// One test for all lanes; which of them failed is asked only then. Lanes that do not exist never fail.
void Lowerer::lowerCheck(gen::CheckOp op) {
  messages[op.getNumber()] = textOf(op);
  Scalar ok = scalar(op.getOk());
  Value yes = make<arith::ConstantOp>(builder.getBoolAttr(true));
  Value failed = make<arith::XOrIOp>(ok.value, ok.varying ? broadcast({yes}) : yes), any = failed;
  if (ok.varying) {
    failed = lanes.mask ? make<arith::AndIOp>(failed, lanes.mask) : failed;
    any = make<vector::ReductionOp>(vector::CombiningKind::OR, failed);
  }
  auto branch = scf::IfOp::create(builder, loc, any, /*withElse=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  if (!ok.varying)
    return keepFailure(op, {});
  auto loop = scf::ForOp::create(builder, loc, index(0), index(lanes.width), index(1));
  builder.setInsertionPointToStart(loop.getBody());
  Value lane = loop.getInductionVar();
  auto here = scf::IfOp::create(builder, loc, make<vector::ExtractOp>(failed, OpFoldResult(lane)),
                                /*withElse=*/false);
  builder.setInsertionPointToStart(here.thenBlock());
  keepFailure(op, lane);
}

} // namespace genfuse::lower

// What checked and counting kernels do besides computing.
#include "passes/Roles.h"
#include "passes/lower/Lowerer.h"

using namespace mlir;

namespace genfuse::lower {

void Lowerer::declareCounters() {
  if (auto names = source->getAttrOfType<ArrayAttr>(roles::counts))
    for (Attribute name : names) {
      counters[cast<StringAttr>(name).getValue()] = arrays.size();
      arrays.push_back({false, ~0u, builder.getI64Type(), 0, totalDims, {}, {}});
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

} // namespace genfuse::lower

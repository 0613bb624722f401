// Tensors one after another: both are copied to one place in the workspace.
#include "passes/lower/Lowerer.h"

using namespace mlir;

namespace genfuse::lower {

LogicalResult Lowerer::lowerConcat(gen::ConcatOp op) {
  Tensor first = tensor(op.getFirst()), second = tensor(op.getSecond());
  Type element = getElementTypeOrSelf(op.getType());
  Tensor held;
  held.element = element;
  held.varying = first.varying || second.varying;
  held.sizes = first.sizes;
  held.sizes[0] = plus(first.sizes[0], second.sizes[0]);
  Type memoryElement = element.isInteger(1) ? builder.getI8Type() : element;
  held.view = allocate(op.getResult(), memoryElement, held.varying, op);
  if (!held.view)
    return failure();
  View rest = *held.view;
  rest.offset = asValue(plus(rest.offset, times(first.sizes[0], rest.strides[0])));
  forEachIndex(first.sizes, [&](Indices at) { store(*held.view, at, elementAt(first, at)); });
  forEachIndex(second.sizes, [&](Indices at) { store(rest, at, elementAt(second, at)); });
  set(op.getResult(), std::move(held));
  return success();
}

} // namespace genfuse::lower

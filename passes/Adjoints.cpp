#include "passes/Adjoints.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace genfuse {

Value Emitter::constant(double value, Type real) {
  return make<arith::ConstantOp>(builder.getFloatAttr(real, value));
}

SmallVector<Value> Emitter::dynamicSizes(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<Value> sizes;
  for (int64_t i = 0; i < type.getRank(); ++i)
    if (type.isDynamicDim(i))
      sizes.push_back(tensor::DimOp::create(builder, loc, tensor, i));
  return sizes;
}

Value Emitter::splat(Value scalar, Value model) {
  auto type = dyn_cast<RankedTensorType>(model.getType());
  return type ? make<tensor::SplatOp>(type, scalar, dynamicSizes(model)) : scalar;
}

Value Emitter::fill(double value, Value model) {
  return splat(constant(value, getElementTypeOrSelf(model.getType())), model);
}

Value Emitter::einsum(std::string spec, ValueRange operands, Type result) {
  return make<gen::EinsumOp>(result, spec, operands);
}

Value Emitter::multiply(Value a, Value b) { return make<arith::MulFOp>(a, b); }
Value Emitter::add(Value a, Value b) { return make<arith::AddFOp>(a, b); }

Value scatter(Emitter &emit, const Place &place, Value value) {
  if (place.isWhole())
    return value;
  auto type = cast<RankedTensorType>(place.base.getType());
  Type real = type.getElementType();
  if (!isa<RankedTensorType>(value.getType()))
    return emit.make<gen::OneHotOp>(type, value, place.indices, emit.dynamicSizes(place.base));
  // one_hot over the fixed dimensions, times the part.
  std::string fixed, whole, all;
  SmallVector<Value> indices, sizes;
  SmallVector<int64_t> shape;
  for (int64_t i = 0; i < type.getRank(); ++i) {
    char letter = static_cast<char>('a' + i);
    all += letter;
    (place.indices[i] ? fixed : whole) += letter;
    if (!place.indices[i])
      continue;
    indices.push_back(place.indices[i]);
    shape.push_back(type.getDimSize(i));
    if (type.isDynamicDim(i))
      sizes.push_back(emit.make<tensor::DimOp>(place.base, i));
  }
  Value one = emit.constant(1.0, real);
  Value hot = emit.make<gen::OneHotOp>(RankedTensorType::get(shape, real), one, indices, sizes);
  return emit.einsum(fixed + "," + whole + "->" + all, {hot, value}, type);
}

void Adjoints::add(Emitter &emit, const Place &place, Cotangent cotangent) {
  for (Entry &entry : entries) {
    if (!(entry.place == place))
      continue;
    Value &guard = entry.cotangent.guard;
    bool both = guard && cotangent.guard && guard.getType() == cotangent.guard.getType();
    if (guard != cotangent.guard)
      guard = both ? emit.make<arith::OrIOp>(guard, cotangent.guard) : Value();
    entry.cotangent.value = emit.add(entry.cotangent.value, cotangent.value);
    return;
  }
  entries.push_back({place, cotangent});
}

bool Adjoints::has(Value base) const {
  return llvm::any_of(entries, [&](const Entry &entry) { return entry.place.base == base; });
}

Cotangent Adjoints::take(Emitter &emit, Value base) {
  Cotangent total;
  bool parts = false;
  for (Entry &entry : entries) {
    if (entry.place.base != base)
      continue;
    bool first = !total.value;
    parts = parts || !entry.place.isWhole();
    Value part = scatter(emit, entry.place, entry.cotangent.value);
    total.value = first ? part : emit.add(total.value, part);
    total.guard = first && entry.place.isWhole() ? entry.cotangent.guard : Value();
  }
  llvm::erase_if(entries, [&](const Entry &entry) { return entry.place.base == base; });
  // Elements that no part touched have no derivative at all.
  if (parts)
    total.guard =
        emit.make<arith::CmpFOp>(arith::CmpFPredicate::UNE, total.value, emit.fill(0.0, total.value));
  return total;
}

} // namespace genfuse

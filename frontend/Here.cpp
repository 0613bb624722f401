// Building blocks that several operations share: sizes, broadcasting, places in tensors.
#include "frontend/Trace.h"

using namespace mlir;

namespace genfuse::detail {

Value Here::number(double value, Value like) {
  Type element = getElementTypeOrSelf(like.getType());
  Value scalar = isa<FloatType>(element) ? real(value)
                 : element.isInteger(1)  ? boolean(value != 0)
                 : element.isIndex()     ? index(static_cast<int64_t>(value))
                                         : integer(static_cast<int64_t>(value));
  return tensorType(like) ? splat(scalar, like) : scalar;
}

Value Here::size(Value tensor, int64_t dimension) {
  int64_t known = tensorType(tensor).getDimSize(dimension);
  if (!ShapedType::isDynamic(known))
    return index(known);
  Value &size = trace.sizes[{tensor, dimension}];
  if (!size || !trace.isVisible(size.getParentBlock()))
    size = make<tensor::DimOp>(tensor, index(dimension));
  return size;
}

Value Here::splat(Value scalar, Value shape) {
  auto like = tensorType(shape);
  SmallVector<Value> sizes;
  for (int64_t d = 0; d < like.getRank(); ++d)
    if (like.isDynamicDim(d))
      sizes.push_back(size(shape, d));
  auto type = RankedTensorType::get(like.getShape(), scalar.getType());
  return make<tensor::SplatOp>(type, scalar, sizes);
}

/// Of reals an einsum, which is differentiated and lowered like any other.
Value Here::cast(Value value, Type type) {
  if (value.getType() == type)
    return value;
  auto tensor = mlir::cast<RankedTensorType>(type);
  if (!isa<FloatType>(tensor.getElementType()))
    return make<tensor::CastOp>(type, value);
  StringRef letters = StringRef("ij").take_front(tensor.getRank());
  return make<gen::EinsumOp>(type, builder.getStringAttr(letters + "->" + letters), ValueRange{value});
}

void Here::unify(Value &a, Value &b) {
  auto left = tensorType(a), right = tensorType(b);
  if (!left && !right)
    return;
  if (!left || !right) {
    Value &scalar = left ? b : a;
    scalar = splat(scalar, left ? a : b);
    return;
  }
  SmallVector<int64_t> shape;
  for (auto [x, y] : llvm::zip_equal(left.getShape(), right.getShape())) {
    if (!ShapedType::isDynamic(x) && !ShapedType::isDynamic(y) && x != y)
      fail("sizes differ: " + describe(left) + " and " + describe(right));
    shape.push_back(ShapedType::isDynamic(x) ? y : x);
  }
  a = cast(a, RankedTensorType::get(shape, left.getElementType()));
  b = cast(b, RankedTensorType::get(shape, right.getElementType()));
}

Value Here::einsum(StringRef letters, ValueRange operands) {
  auto [inputs, result] = letters.split("->");
  SmallVector<StringRef> groups;
  inputs.split(groups, ',');
  SmallVector<int64_t> shape;
  for (char letter : result) {
    int64_t size = ShapedType::kDynamic;
    for (auto [group, operand] : llvm::zip_equal(groups, operands))
      if (size_t at = group.find(letter); at != StringRef::npos && ShapedType::isDynamic(size))
        size = tensorType(operand).getDimSize(at);
    shape.push_back(size);
  }
  Type type = builder.getF64Type();
  if (!shape.empty())
    type = RankedTensorType::get(shape, type);
  return make<gen::EinsumOp>(type, builder.getStringAttr(letters), operands);
}

Value Here::place(const Node &node, Value tensor, int64_t dimension) {
  if (node.isLiteral()) {
    int64_t index = node.integerLiteral(), size = tensorType(tensor).getDimSize(dimension);
    if (index < 0 || (!ShapedType::isDynamic(size) && index >= size))
      fail("index " + std::to_string(index) + " is out of range of a " + describe(tensor.getType()));
  }
  Value index = use(node);
  if (index.getType().isIndex())
    return index;
  index = make<arith::IndexCastOp>(builder.getIndexType(), index);
  // As unsigned numbers negative indices are large.
  Value inside = make<arith::CmpIOp>(arith::CmpIPredicate::ult, index, size(tensor, dimension));
  return make<arith::SelectOp>(inside, index, this->index(0));
}

Value Here::slice(Value matrix, int64_t dimension, Value index) {
  auto type = tensorType(matrix);
  int64_t kept = 1 - dimension;
  SmallVector<OpFoldResult> offsets(2, builder.getIndexAttr(0)), sizes(2, builder.getIndexAttr(1)),
      strides(2, builder.getIndexAttr(1));
  IntegerAttr known;
  offsets[dimension] = matchPattern(index, m_Constant(&known)) ? OpFoldResult(known) : OpFoldResult(index);
  sizes[kept] = type.isDynamicDim(kept) ? OpFoldResult(size(matrix, kept))
                                        : OpFoldResult(builder.getIndexAttr(type.getDimSize(kept)));
  auto result = RankedTensorType::get({type.getDimSize(kept)}, type.getElementType());
  return make<tensor::ExtractSliceOp>(result, matrix, offsets, sizes, strides);
}

} // namespace genfuse::detail

// Reductions, products, sizes, elements, slices and constants.
#include "frontend/Trace.h"
#include <limits>

using namespace mlir;

namespace genfuse::detail {

Node einsum(const char *letters, std::initializer_list<Node> operands, SourceLocation where) {
  Here here(where);
  SmallVector<Value> values;
  for (const Node &operand : operands)
    values.push_back(here.use(operand));
  return here.node(here.einsum(letters, values));
}

Node elementCount(const Node &x, SourceLocation where) {
  Here here(where);
  Value value = here.use(x), count = here.size(value, 0);
  for (int64_t d = 1; d < tensorType(value).getRank(); ++d)
    count = here.make<arith::MulIOp>(count, here.size(value, d));
  return toReal(here.node(count), where);
}

Node largest(const Node &vector, SourceLocation where) {
  Here here(where);
  return here.node(
      here.make<gen::ReduceMaxOp>(here.builder.getF64Type(), here.use(vector), /*detached=*/false));
}

/// The shift is the largest element, where that is finite: of infinities the differences are not numbers.
Node logSumExp(const Node &vector, SourceLocation where) {
  Here here(where);
  Value x = here.use(vector);
  Value most = here.make<gen::ReduceMaxOp>(here.builder.getF64Type(), x, /*detached=*/true);
  Value size = here.make<math::AbsFOp>(most);
  Value infinity = here.real(std::numeric_limits<double>::infinity());
  Value finite = here.make<arith::CmpFOp>(arith::CmpFPredicate::OLT, size, infinity);
  Value shift = here.make<arith::SelectOp>(finite, most, here.real(0));
  Value shifted = here.make<arith::SubFOp>(x, here.splat(shift, x));
  Value sum = here.einsum("i->", Value(here.make<math::ExpOp>(shifted)));
  return here.node(here.make<arith::AddFOp>(here.make<math::LogOp>(sum), shift));
}

Node dimension(const Node &tensor, unsigned number, SourceLocation where) {
  Here here(where);
  Value value = here.use(tensor);
  int64_t known = tensorType(value).getDimSize(number);
  if (!ShapedType::isDynamic(known))
    return Node::ofInteger(known, Kind::size);
  return here.node(here.size(value, number));
}

Node element(const Node &tensor, std::initializer_list<Node> indices, SourceLocation where) {
  Here here(where);
  Value value = here.use(tensor);
  SmallVector<Value> places;
  for (const Node &index : indices)
    places.push_back(here.place(index, value, places.size()));
  return here.node(here.make<tensor::ExtractOp>(value, places));
}

Node slice(const Node &matrix, unsigned dimension, const Node &index, SourceLocation where) {
  Here here(where);
  Value value = here.use(matrix);
  return here.node(here.slice(value, dimension, here.place(index, value, dimension)));
}

Node run(const Node &tensor, const Node &first, const Node &count, SourceLocation where) {
  Here here(where);
  Value value = here.use(tensor), start = here.use(first), size = here.use(count);
  auto type = tensorType(value);
  if (!start.getType().isIndex())
    start = here.make<arith::IndexCastOp>(here.builder.getIndexType(), start);
  IntegerAttr known;
  if (matchPattern(size, m_Constant(&known)) && known.getInt() < 0)
    here.fail("a number of rows or elements is at least 0, got " + std::to_string(known.getInt()));
  SmallVector<OpFoldResult> offsets{start}, sizes{getAsOpFoldResult(size)};
  SmallVector<int64_t> shape{known ? known.getInt() : ShapedType::kDynamic};
  for (int64_t d = 1; d < type.getRank(); ++d) {
    offsets.push_back(here.builder.getIndexAttr(0));
    sizes.push_back(getAsOpFoldResult(here.size(value, d)));
    shape.push_back(type.getDimSize(d));
  }
  SmallVector<OpFoldResult> steps(type.getRank(), here.builder.getIndexAttr(1));
  return here.node(here.make<tensor::ExtractSliceOp>(RankedTensorType::get(shape, type.getElementType()),
                                                     value, offsets, sizes, steps));
}

Node fromElements(std::span<const Node> elements, SourceLocation where) {
  Here here(where);
  if (elements.empty())
    here.fail("a vector from elements has at least one element");
  SmallVector<Value> values;
  for (const Node &element : elements)
    values.push_back(here.use(element));
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())}, values.front().getType());
  return here.node(here.make<tensor::FromElementsOp>(type, values));
}

Node constantReals(std::span<const double> values, std::size_t width, SourceLocation where) {
  Here here(where);
  if (values.empty() || (width != 0 && values.size() % width != 0))
    here.fail("expected values in rows of " + std::to_string(width) + ", got " +
              std::to_string(values.size()));
  SmallVector<int64_t> shape{static_cast<int64_t>(values.size())};
  if (width != 0)
    shape = {static_cast<int64_t>(values.size() / width), static_cast<int64_t>(width)};
  auto type = RankedTensorType::get(shape, here.builder.getF64Type());
  auto content = DenseElementsAttr::get(type, ArrayRef<double>(values.data(), values.size()));
  return here.node(here.trace.constant(cast<TypedAttr>(content), here.loc));
}

Node constantIntegers(std::span<const int64_t> values, SourceLocation where) {
  Here here(where);
  if (values.empty())
    here.fail("a vector of constants has at least one element");
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())}, here.builder.getI64Type());
  auto content = DenseElementsAttr::get(type, ArrayRef<int64_t>(values.data(), values.size()));
  return here.node(here.trace.constant(cast<TypedAttr>(content), here.loc));
}

Node filled(const Node &size, const Node &value, SourceLocation where) {
  Here here(where);
  Value scalar = here.use(value);
  SmallVector<Value> sizes;
  int64_t known = ShapedType::kDynamic;
  if (!size.isLiteral())
    sizes.push_back(here.use(size));
  else if (known = size.integerLiteral(); known < 0)
    here.fail("a vector has a size of at least 0, got " + std::to_string(known));
  auto type = RankedTensorType::get({known}, scalar.getType());
  return here.node(here.make<tensor::SplatOp>(type, scalar, sizes));
}

} // namespace genfuse::detail

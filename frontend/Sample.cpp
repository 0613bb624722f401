#include "frontend/Sample.h"
#include "frontend/Trace.h"
#include "ir/Distributions.h"

using namespace mlir;

namespace genfuse::detail {

/// A vector value is as large as the argument that sizes it.
static Type vectorType(const dist::Record &record, ValueRange arguments, Builder &builder) {
  int64_t size = ShapedType::kDynamic;
  for (auto [argument, value] : llvm::zip(record, arguments))
    if (!argument.sizes.empty() && argument.sizes.front() == record.valueSizes.front()) {
      size = tensorType(value).getDimSize(0);
      break;
    }
  return RankedTensorType::get({size}, builder.getF64Type());
}

static Type valueType(const dist::Record &record, ValueRange arguments, Builder &builder) {
  switch (record.value) {
  case dist::Kind::real:
    return builder.getF64Type();
  case dist::Kind::integer:
    return builder.getI64Type();
  case dist::Kind::boolean:
    return builder.getI1Type();
  case dist::Kind::realVector:
    return vectorType(record, arguments, builder);
  case dist::Kind::realMatrix:
    break; // no record has one
  }
  llvm_unreachable("every kind is handled");
}

Node sample(const Label &address, std::string_view distribution, std::span<const Node> arguments) {
  Here here(address.where);
  if (!address.text.empty()) {
    checkAddress(address, "address");
    here.trace.scopes.back().take(address, /*isLeaf=*/true);
  }
  const dist::Record *record = dist::find(StringRef(distribution));
  if (!record)
    here.fail("unknown distribution '" + std::string(distribution) + "', expected one of " +
              dist::allNames());
  SmallVector<Value> values;
  for (const Node &argument : arguments)
    values.push_back(here.use(argument));
  StringAttr name = address.text.empty() ? StringAttr() : here.builder.getStringAttr(address.text);
  return here.node(here.make<gen::SampleOp>(valueType(*record, values, here.builder), name,
                                            here.builder.getStringAttr(StringRef(distribution)), values));
}

static DenseF64ArrayAttr initialValues(Here &here, const Label &name, Type type,
                                       std::span<const double> values) {
  if (values.empty())
    return {};
  auto tensor = dyn_cast<RankedTensorType>(type);
  int64_t count = !tensor ? 1 : tensor.hasStaticShape() ? tensor.getNumElements() : -1;
  if (values.size() != 1 && static_cast<int64_t>(values.size()) != count)
    here.fail("parameter '" + name.text + "' is a " + describe(type) + ": expected one initial value" +
              (count > 1 ? " or " + std::to_string(count) : "") + ", got " + std::to_string(values.size()));
  return here.builder.getDenseF64ArrayAttr(ArrayRef<double>(values.data(), values.size()));
}

Node parameter(const Label &name, std::span<const Size> sizes, std::span<const double> initial) {
  Here here(name.where);
  checkAddress(name, "parameter name");
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamic;
  for (const Size &size : sizes) {
    shape.push_back(size.isLiteral() ? size.integerLiteral() : ShapedType::kDynamic);
    if (!size.isLiteral())
      dynamic.push_back(here.use(size));
    else if (shape.back() < 1)
      here.fail("parameter '" + name.text + "' has the size " + std::to_string(shape.back()) +
                ", expected at least 1");
  }
  Type type = here.builder.getF64Type();
  if (!shape.empty())
    type = RankedTensorType::get(shape, type);
  return here.node(here.make<gen::ParamOp>(type, here.builder.getStringAttr(name.text), dynamic,
                                           initialValues(here, name, type, initial)));
}

} // namespace genfuse::detail

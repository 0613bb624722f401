#include "codegen/inspect/Sizes.h"
#include "passes/Roles.h"
#include "passes/SymbolicSize.h"

using namespace mlir;

namespace genfuse::inspect {

std::string arrayName(func::FuncOp function, unsigned argument) {
  DictionaryAttr attributes = function.getArgAttrDict(argument);
  auto name = attributes ? attributes.getAs<StringAttr>(roles::name) : StringAttr();
  return name ? name.str() : "arg" + std::to_string(argument);
}

Polynomial Sizes::unknown(const void *key) {
  unsigned number = unknowns.try_emplace(key, unknowns.size() + 1).first->second;
  return Polynomial::symbol("?" + std::to_string(number));
}

/// In the symbols of the signature where the array has a symbolic shape there.
Polynomial Sizes::ofArgument(unsigned argument, unsigned dimension) {
  const std::string name = arrayName(function, argument);
  for (const ArraySpec &array : signature.arrays) {
    if (array.output || array.name != name)
      continue;
    if (dimension >= array.shape.size())
      return Polynomial::symbol("instances");
    Polynomial size = array.shape[dimension].constant;
    for (const Dimension::Term &term : array.shape[dimension].terms)
      size += Polynomial(term.coefficient) * Polynomial::symbol(signature.symbols[term.symbol]);
    return size;
  }
  return Polynomial::symbol(name + "." + std::to_string(dimension));
}

Polynomial Sizes::of(Value index) {
  if (auto argument = dyn_cast<BlockArgument>(index))
    if (argument.getOwner() == &function.getBody().front())
      return Polynomial::symbol(arrayName(function, argument.getArgNumber()));
  std::optional<SizeExpression> size = sizeExpression(index);
  if (!size || !size->factors.empty())
    return unknown(index.getAsOpaquePointer());
  Polynomial result = size->constant;
  for (const auto &[key, coefficient] : size->terms)
    result += Polynomial(coefficient) * ofArgument(key.first, key.second);
  return result;
}

Polynomial Sizes::ofDimension(Value tensor, unsigned dimension) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dimension))
    return type.getDimSize(dimension);
  std::optional<SizeExpression> size = sizeOfDimension(tensor, dimension);
  if (!size || !size->factors.empty())
    return unknown(static_cast<const char *>(tensor.getAsOpaquePointer()) + dimension);
  Polynomial result = size->constant;
  for (const auto &[key, coefficient] : size->terms)
    result += Polynomial(coefficient) * ofArgument(key.first, key.second);
  return result;
}

Polynomial Sizes::elements(Value value) {
  Polynomial count = 1;
  if (auto type = dyn_cast<RankedTensorType>(value.getType()))
    for (int64_t d = 0; d < type.getRank(); ++d)
      count = count * ofDimension(value, d);
  return count;
}

} // namespace genfuse::inspect

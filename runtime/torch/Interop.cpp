#include "runtime/torch/Interop.h"
#include "runtime/Error.h"
#include <ATen/ops/from_blob.h>

namespace genfuse {
namespace {

constexpr std::pair<ElementType, at::ScalarType> types[] = {{ElementType::f32, at::kFloat},
                                                            {ElementType::f64, at::kDouble},
                                                            {ElementType::i64, at::kLong},
                                                            {ElementType::boolean, at::kBool}};

ElementType elementType(at::ScalarType given) {
  for (auto [type, scalar] : types)
    if (scalar == given)
      return type;
  throw Error("tensor: expected type Float, Double, Long or Bool, got " + std::string(at::toString(given)));
}

void check(const at::Tensor &tensor) {
  if (!tensor.defined())
    throw Error("tensor: expected a tensor, got an undefined one");
  if (!tensor.device().is_cpu())
    throw Error("tensor: expected device cpu, got " + tensor.device().str());
  if (tensor.layout() != at::kStrided)
    throw Error("tensor: expected a strided layout, got another one");
  if (tensor.is_neg())
    throw Error("tensor: expected plain elements, got a negated view (resolve_neg() makes a plain one)");
}

} // namespace

Array fromTensor(const at::Tensor &tensor) {
  check(tensor);
  const ElementType type = elementType(tensor.scalar_type());
  return Array::view(tensor.mutable_data_ptr(), type, tensor.sizes().vec(), tensor.strides().vec(),
                     std::make_shared<at::Tensor>(tensor));
}

at::Tensor toTensor(const Array &array) {
  if (!array.defined())
    throw Error("tensor: expected an array, got no array");
  for (int64_t stride : array.strides())
    if (stride < 0)
      throw Error("tensor: expected strides of 0 or more, got " + shapeText(array.strides()));
  const at::ScalarType type = types[static_cast<size_t>(array.type())].second;
  return at::from_blob(
      array.data(), array.shape(), array.strides(), [array](void *) {},
      at::TensorOptions().dtype(type).device(at::kCPU));
}

} // namespace genfuse

#include "runtime/DLPack.h"
#include "runtime/Error.h"

namespace genfuse {
namespace {

constexpr std::pair<ElementType, DLDataType> types[] = {{ElementType::f32, {kDLFloat, 32, 1}},
                                                        {ElementType::f64, {kDLFloat, 64, 1}},
                                                        {ElementType::i64, {kDLInt, 64, 1}},
                                                        {ElementType::boolean, {kDLBool, 8, 1}}};

ElementType importType(DLDataType given) {
  if (given.lanes != 1)
    throw Error("dlpack tensor: expected 1 lane, got " + std::to_string(given.lanes));
  for (auto [type, data] : types)
    if (data.code == given.code && data.bits == given.bits)
      return type;
  throw Error("dlpack tensor: expected type float 32, float 64, int 64 or bool 8, got type code " +
              std::to_string(given.code) + " of " + std::to_string(given.bits) + " bits");
}

void checkDevice(DLDevice device) {
  if (device.device_type == kDLCPU || device.device_type == kDLCUDAHost)
    return;
  std::string name =
      device.device_type == kDLCUDA ? "a cuda device" : "device type " + std::to_string(device.device_type);
  throw Error("dlpack tensor: expected host memory, got " + name + ", index " +
              std::to_string(device.device_id));
}

Array import(const DLTensor &tensor, std::shared_ptr<void> owner) {
  checkDevice(tensor.device);
  const ElementType type = importType(tensor.dtype);
  if (tensor.ndim < 0 || (tensor.ndim > 0 && !tensor.shape))
    throw Error("dlpack tensor: expected a shape, got rank " + std::to_string(tensor.ndim) + " and " +
                (tensor.shape ? "a shape" : "no shape"));
  Shape shape(tensor.shape, tensor.shape + tensor.ndim), strides;
  if (tensor.strides)
    strides.assign(tensor.strides, tensor.strides + tensor.ndim);
  void *data = tensor.data ? static_cast<char *>(tensor.data) + tensor.byte_offset : nullptr;
  return Array::view(data, type, std::move(shape), std::move(strides), std::move(owner));
}

struct Exported {
  Array array;
  Shape shape, strides;
  DLManagedTensor tensor;
};

} // namespace

Array borrowDLPack(const DLTensor &tensor) { return import(tensor, nullptr); }

Array importDLPack(DLManagedTensor *tensor) {
  if (!tensor)
    throw Error("dlpack tensor: expected a tensor, got a null pointer");
  import(tensor->dl_tensor, nullptr); // every check, before the tensor changes hands
  std::shared_ptr<void> owner(tensor, [](DLManagedTensor *owned) {
    if (owned->deleter)
      owned->deleter(owned);
  });
  return import(tensor->dl_tensor, std::move(owner));
}

DLManagedTensor *exportDLPack(const Array &array) {
  if (!array.defined())
    throw Error("dlpack export: expected an array, got no array");
  auto exported = std::make_unique<Exported>(Exported{array, array.shape(), array.strides(), {}});
  DLTensor &tensor = exported->tensor.dl_tensor;
  tensor.data = array.data();
  tensor.device = {kDLCPU, 0};
  tensor.ndim = static_cast<int32_t>(array.rank());
  tensor.dtype = types[static_cast<size_t>(array.type())].second;
  tensor.shape = exported->shape.data();
  tensor.strides = exported->strides.data();
  exported->tensor.manager_ctx = exported.get();
  exported->tensor.deleter = [](DLManagedTensor *self) { delete static_cast<Exported *>(self->manager_ctx); };
  return &exported.release()->tensor;
}

} // namespace genfuse

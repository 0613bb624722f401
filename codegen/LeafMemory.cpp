#include "codegen/LeafMemory.h"
#include <cstring>

namespace genfuse {

namespace {

char *bytesAt(const Array &array, int64_t offset) {
  return static_cast<char *>(array.data()) + offset * byteSize(array.type());
}

} // namespace

Array subrange(const Array &array, int64_t axis, int64_t from, int64_t to) {
  Shape shape = array.shape();
  shape[axis] = to - from;
  bool empty = array.elementCount() == 0 || to == from;
  return Array::view(empty ? array.data() : bytesAt(array, from * array.strides()[axis]), array.type(), shape,
                     array.strides(), std::make_shared<Array>(array));
}

Array elementOf(Array leaf, const Shape &indices) {
  for (int64_t index : indices)
    leaf = leaf.slice(0, index);
  return leaf;
}

Array repeatedFor(const Array &array, int64_t instances) {
  Shape shape = array.shape(), strides = array.strides();
  shape.push_back(instances);
  strides.push_back(0);
  return Array::view(array.data(), array.type(), shape, strides, std::make_shared<Array>(array));
}

Array expandedTo(const Array &array, int64_t instances) { return repeatedFor(array, instances).copy(); }

void assignWhere(const Array &target, const Array &source, const Array &mask) {
  if (target.rank() == source.rank() + 1)
    return assignWhere(target, repeatedFor(source, target.shape().back()), mask);
  if (!mask.defined())
    return target.assign(source);
  if (target.rank() > 1) {
    for (int64_t i = 0; i < target.shape()[0]; ++i)
      assignWhere(target.slice(0, i), source.slice(0, i), mask);
    return;
  }
  const bool *take = mask.values<bool>();
  size_t bytes = byteSize(target.type());
  for (int64_t b = 0; b < target.elementCount(); ++b)
    if (take[b * mask.strides()[0]])
      std::memcpy(bytesAt(target, b * target.strides()[0]), bytesAt(source, b * source.strides()[0]), bytes);
}

} // namespace genfuse

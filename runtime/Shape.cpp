#include "runtime/Shape.h"
#include "runtime/Error.h"

namespace genfuse {

std::string shapeText(const Shape &shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

int64_t elementCount(const Shape &shape) {
  int64_t count = 1;
  bool tooLarge = false, empty = false;
  for (int64_t size : shape) {
    if (size < 0)
      throw Error("expected sizes of 0 or more, got shape " + shapeText(shape));
    empty = empty || size == 0;
    tooLarge = __builtin_mul_overflow(count, size, &count) || tooLarge;
  }
  if (empty)
    return 0;
  if (tooLarge)
    throw Error("expected at most 2^63 - 1 elements, got shape " + shapeText(shape));
  return count;
}

Shape rowMajorStrides(const Shape &shape) {
  Shape strides(shape.size());
  int64_t stride = 1;
  for (size_t i = shape.size(); i-- > 0; stride *= shape[i] > 1 ? shape[i] : 1)
    strides[i] = stride;
  return strides;
}

bool nextIndex(const Shape &shape, Shape &index) {
  for (size_t i = shape.size(); i-- > 0;) {
    if (++index[i] < shape[i])
      return true;
    index[i] = 0;
  }
  return false;
}

int64_t offsetOf(const Shape &strides, const Shape &index) {
  int64_t offset = 0;
  for (size_t i = 0; i < index.size(); ++i)
    offset += index[i] * strides[i];
  return offset;
}

} // namespace genfuse

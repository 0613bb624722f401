#include "runtime/Array.h"
#include "runtime/AlignedBuffer.h"
#include "runtime/Error.h"
#include <cstring>

namespace genfuse {
namespace {

template <Element T> Array scalarOf(T value) {
  Array result = Array::zeros(ElementTypeOf<T>::value, {});
  *result.values<T>() = value;
  return result;
}

template <class T> void assignElements(const Array &target, const Array &source) {
  Shape outer = target.shape();
  const int64_t inner = outer.empty() ? 1 : outer.back();
  const int64_t targetStep = outer.empty() ? 1 : target.strides().back();
  const int64_t sourceStep = outer.empty() ? 1 : source.strides().back();
  if (!outer.empty())
    outer.pop_back();
  Shape index(outer.size(), 0);
  do {
    T *to = static_cast<T *>(target.data()) + offsetOf(target.strides(), index);
    const T *from = static_cast<const T *>(source.data()) + offsetOf(source.strides(), index);
    for (int64_t i = 0; i < inner; ++i)
      to[i * targetStep] = from[i * sourceStep];
  } while (nextIndex(outer, index));
}

template <class T> bool sameElements(const Array &left, const Array &right) {
  Shape index(left.shape().size(), 0);
  do {
    T a = static_cast<const T *>(left.data())[offsetOf(left.strides(), index)];
    T b = static_cast<const T *>(right.data())[offsetOf(right.strides(), index)];
    if (a != b && (a == a || b == b))
      return false;
  } while (nextIndex(left.shape(), index));
  return true;
}

} // namespace

Array Array::zeros(ElementType type, Shape shape) {
  const int64_t count = genfuse::elementCount(shape);
  int64_t bytes = 0;
  if (__builtin_mul_overflow(count, byteSize(type), &bytes))
    throw Error("expected at most 2^63 - 1 bytes, got shape " + shapeText(shape));
  std::shared_ptr<void> memory = allocateAligned(bytes);
  std::memset(memory.get(), 0, static_cast<size_t>(bytes));
  void *data = memory.get();
  return view(data, type, std::move(shape), {}, std::move(memory));
}

Array Array::scalar(double value) { return scalarOf(value); }
Array Array::scalar(float value) { return scalarOf(value); }
Array Array::scalar(int64_t value) { return scalarOf(value); }
Array Array::scalar(bool value) { return scalarOf(value); }

template <class T> Array Array::fromValues(const std::vector<T> &values, Shape shape) {
  if (genfuse::elementCount(shape) != static_cast<int64_t>(values.size()))
    throw Error("expected " + std::to_string(genfuse::elementCount(shape)) + " values for shape " +
                shapeText(shape) + ", got " + std::to_string(values.size()));
  Array result = zeros(ElementTypeOf<T>::value, std::move(shape));
  std::copy(values.begin(), values.end(), static_cast<T *>(result.data()));
  return result;
}
template Array Array::fromValues<float>(const std::vector<float> &, Shape);
template Array Array::fromValues<double>(const std::vector<double> &, Shape);
template Array Array::fromValues<int64_t>(const std::vector<int64_t> &, Shape);
template Array Array::fromValues<bool>(const std::vector<bool> &, Shape);

Array Array::view(void *data, ElementType type, Shape shape, Shape strides, std::shared_ptr<void> owner) {
  Array result;
  result.count_ = genfuse::elementCount(shape);
  if (strides.empty())
    strides = rowMajorStrides(shape);
  if (strides.size() != shape.size())
    throw Error("expected one stride per dimension of shape " + shapeText(shape) + ", got strides " +
                shapeText(strides));
  if (!data && result.count_ > 0)
    throw Error("expected data for an array of shape " + shapeText(shape) + ", got a null pointer");
  result.defined_ = true;
  result.type_ = type;
  result.shape_ = std::move(shape);
  result.strides_ = std::move(strides);
  result.data_ = data;
  result.owner_ = std::move(owner);
  return result;
}

void *Array::dataOf(ElementType type) const {
  if (!defined_ || type_ != type)
    throw Error("expected elements of type " + std::string(typeName(type)) + ", got " + describe());
  return data_;
}

double Array::at(const Shape &index) const {
  bool inside = defined_ && index.size() == shape_.size();
  for (size_t i = 0; inside && i < index.size(); ++i)
    inside = index[i] >= 0 && index[i] < shape_[i];
  if (!inside)
    throw Error("expected an index into " + describe() + ", got " + shapeText(index));
  const int64_t offset = offsetOf(strides_, index);
  return dispatch(type_,
                  [&]<class T>() { return static_cast<double>(static_cast<const T *>(data_)[offset]); });
}

bool Array::isContiguous() const {
  int64_t expected = 1;
  for (size_t i = shape_.size(); count_ > 0 && i-- > 0; expected *= shape_[i])
    if (shape_[i] != 1 && strides_[i] != expected)
      return false;
  return true;
}

Array Array::copy() const {
  if (!defined_)
    return {};
  Array result = zeros(type_, shape_);
  result.assign(*this);
  return result;
}

Array Array::contiguous() const { return isContiguous() ? *this : copy(); }

Array Array::slice(int64_t axis, int64_t index) const {
  if (axis < 0 || axis >= rank() || index < 0 || index >= shape_[axis])
    throw Error("expected an axis and an index of " + describe() + ", got axis " + std::to_string(axis) +
                ", index " + std::to_string(index));
  Array result = *this;
  result.data_ = static_cast<char *>(data_) + index * strides_[axis] * byteSize(type_);
  result.shape_.erase(result.shape_.begin() + axis);
  result.strides_.erase(result.strides_.begin() + axis);
  result.count_ = count_ / shape_[axis];
  return result;
}

void Array::assign(const Array &source) const {
  if (!defined_ || !source.defined_ || type_ != source.type_ || shape_ != source.shape_)
    throw Error("expected " + describe() + ", got " + source.describe());
  if (count_ > 0 && isContiguous() && source.isContiguous())
    std::memmove(data_, source.data_, static_cast<size_t>(count_ * byteSize(type_)));
  else if (count_ > 0)
    dispatch(type_, [&]<class T>() { assignElements<T>(*this, source); });
}

std::string Array::describe() const {
  return defined_ ? std::string(typeName(type_)) + " " + shapeText(shape_) : "no array";
}

bool operator==(const Array &left, const Array &right) {
  if (!left.defined_ || !right.defined_)
    return left.defined_ == right.defined_;
  if (left.type_ != right.type_ || left.shape_ != right.shape_)
    return false;
  if (left.count_ == 0)
    return true;
  return dispatch(left.type_, [&]<class T>() { return sameElements<T>(left, right); });
}

} // namespace genfuse

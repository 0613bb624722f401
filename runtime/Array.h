// A typed strided array in host memory, the value that callers hand to kernels.
#pragma once

#include "runtime/Names.h"
#include "runtime/Shape.h"
#include <memory>

namespace genfuse {

/// A handle on memory: copies share the elements; `copy()` makes new ones. Strides are in elements, and may
/// be 0 (a repeated element) or negative. A default-constructed array is undefined: it has no elements, type
/// or shape.
class __attribute__((visibility("default"))) Array {
public:
  Array() = default;

  /// A new row-major array of zeros, aligned to 64 bytes. Errors: a negative size.
  static Array zeros(ElementType type, Shape shape);

  /// Arrays of rank 0: f64, f32, i64 and boolean.
  static Array scalar(double value);
  static Array scalar(float value);
  static Array scalar(int64_t value);
  static Array scalar(int value) { return scalar(static_cast<int64_t>(value)); }
  static Array scalar(bool value);

  /// A new row-major array with the values (float, double, int64_t or bool) in order; one shape entry per
  /// dimension. Errors: a shape that does not hold that many elements.
  template <Element T> static Array from(const std::vector<T> &values, Shape shape) {
    return fromValues(values, std::move(shape));
  }
  template <Element T> static Array from(const std::vector<T> &values) {
    return from<T>(values, {static_cast<int64_t>(values.size())});
  }

  /// The caller's memory without a copy. No strides means row-major. `owner`, where given, is kept until the
  /// last handle goes; without one the caller keeps the memory alive. Errors: negative sizes, strides of
  /// another rank, no data for a shape that has elements.
  static Array view(void *data, ElementType type, Shape shape, Shape strides = {},
                    std::shared_ptr<void> owner = nullptr);

  bool defined() const { return defined_; }
  ElementType type() const { return type_; }
  int64_t rank() const { return static_cast<int64_t>(shape_.size()); }
  const Shape &shape() const { return shape_; }
  const Shape &strides() const { return strides_; }
  int64_t elementCount() const { return count_; }
  void *data() const { return data_; }

  /// The elements as T, where that is their type; the order is that of the strides. Errors: another type.
  template <Element T> T *values() const { return static_cast<T *>(dataOf(ElementTypeOf<T>::value)); }

  /// One element as a double (false is 0, true is 1). Errors: a wrong number of indices, an index out of
  /// range.
  double at(const Shape &index) const;

  /// True if the elements lie in row-major order without gaps.
  bool isContiguous() const;
  /// A new row-major array with the same elements.
  Array copy() const;
  /// This array where it is contiguous, otherwise a copy.
  Array contiguous() const;
  /// The elements whose index `axis` is `index`, without a copy; the rank falls by one. Errors: out of range.
  Array slice(int64_t axis, int64_t index) const;
  /// Writes the elements of `source`, which has the same type and shape. Errors: another type or shape.
  void assign(const Array &source) const;

  /// `f64 [3, 4]`, for messages.
  std::string describe() const;

  /// Same type, shape and elements; NaN equals NaN.
  friend bool operator==(const Array &left, const Array &right);

private:
  // Compilers write constraints into symbols, each in its way: what the library defines for others has none.
  template <class T> static Array fromValues(const std::vector<T> &values, Shape shape);
  void *dataOf(ElementType type) const;

  bool defined_ = false;
  ElementType type_ = ElementType::f64;
  Shape shape_, strides_;
  int64_t count_ = 0;
  void *data_ = nullptr;
  std::shared_ptr<void> owner_;
};

__attribute__((visibility("default"))) bool operator==(const Array &left, const Array &right);

} // namespace genfuse

// The value of a choice: a real, an integer, a boolean or an array.
#pragma once

#include "runtime/Array.h"
#include <concepts>
#include <string_view>

namespace genfuse {

/// A value that keeps its kind. An array is a vector choice, or all values of a leaf at once. An array of
/// rank 0 and type f64, i64 or boolean becomes a scalar.
class __attribute__((visibility("default"))) ChoiceValue {
public:
  enum class Kind { real, integer, boolean, array };

  template <std::floating_point T> ChoiceValue(T value) : array_(Array::scalar(static_cast<double>(value))) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) ChoiceValue(T value)
      : array_(Array::scalar(static_cast<int64_t>(value))) {}
  template <std::same_as<bool> T> ChoiceValue(T value) : array_(Array::scalar(value)) {}
  /// Errors: an undefined array.
  ChoiceValue(Array array);
  template <Element T> ChoiceValue(const std::vector<T> &values) : array_(Array::from(values)) {}

  /// All values of a leaf of a ragged plate, `[total, inner...]`: row i is the elements offsets[i] to
  /// offsets[i + 1] - 1. Errors: values without a dimension, offsets that do not fit them.
  static ChoiceValue ragged(Array values, Array offsets);
  /// Undefined unless the value is ragged.
  const Array &offsets() const { return offsets_; }

  /// The same value, read from text, where `1` may stand for a real and no number says how wide it is.
  ChoiceValue literal() const;
  bool isLiteral() const { return literal_; }

  Kind kind() const;
  /// Errors: a value of another kind. A literal integer is no real here: its kind is integer.
  double real() const;
  int64_t integer() const;
  bool boolean() const;
  /// The elements; a scalar is an array of rank 0 (f64, i64 or boolean).
  const Array &array() const { return array_; }

  /// The array that a choice of this type and shape takes; zero-copy where the value is an array of that
  /// type. A scalar real serves f32 and f64; arrays keep their type; literals may also turn integers into
  /// reals and change the width of reals. Errors, which name the address: another type or shape.
  Array as(ElementType type, const Shape &shape, std::string_view address) const;

  /// `a real`, `an integer`, `a boolean` or `an array f64 [3]`.
  std::string describe() const;

  /// Same kind, type and elements; NaN equals NaN; whether a value is a literal does not count.
  friend bool operator==(const ChoiceValue &left, const ChoiceValue &right) {
    return left.array_ == right.array_ && left.offsets_.defined() == right.offsets_.defined() &&
           (!left.offsets_.defined() || left.offsets_ == right.offsets_);
  }

private:
  Array array_, offsets_;
  bool literal_ = false;
};

} // namespace genfuse

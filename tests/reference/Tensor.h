// Values of the reference interpreter: row-major arrays of numbers.
#pragma once

#include "tests/reference/Number.h"
#include <cstdint>
#include <numeric>
#include <vector>

namespace genfuse::reference {

using Index = std::vector<int64_t>;

/// A scalar has no dimensions and one element.
struct Tensor {
  std::vector<int64_t> shape;
  std::vector<Number> elements;

  Tensor() = default;
  Tensor(Number scalar) : elements{scalar} {}
  Tensor(double scalar) : elements{scalar} {}
  Tensor(std::vector<int64_t> shape, Number fill)
      : shape(std::move(shape)), elements(count(this->shape), fill) {}
  Tensor(std::vector<int64_t> shape, std::vector<Number> elements)
      : shape(std::move(shape)), elements(std::move(elements)) {}

  static size_t count(const std::vector<int64_t> &shape) {
    return std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>());
  }

  Number scalar() const { return elements.at(0); }
  int64_t integer() const { return static_cast<int64_t>(elements.at(0).value); }
  bool boolean() const { return elements.at(0).value != 0; }

  /// The place of an index in row-major order.
  size_t offset(const Index &index) const {
    size_t at = 0;
    for (size_t d = 0; d < shape.size(); ++d)
      at = at * shape[d] + index[d];
    return at;
  }
  Number &at(const Index &index) { return elements.at(offset(index)); }
  Number at(const Index &index) const { return elements.at(offset(index)); }

  /// The same values, whatever their slopes.
  bool sameValues(const Tensor &other) const {
    if (shape != other.shape)
      return false;
    for (size_t i = 0; i < elements.size(); ++i)
      if (elements[i].value != other.elements[i].value)
        return false;
    return true;
  }
};

/// Calls f with every index of a shape, the last dimension fastest.
template <class F> void forEachIndex(const std::vector<int64_t> &shape, F &&f) {
  size_t total = Tensor::count(shape);
  Index index(shape.size());
  for (size_t n = 0; n < total; ++n) {
    f(const_cast<const Index &>(index));
    for (size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
}

} // namespace genfuse::reference

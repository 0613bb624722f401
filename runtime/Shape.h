// Shapes and strides: lists of sizes, in elements.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace genfuse {

using Shape = std::vector<int64_t>;

/// `[3, 4]`; `[]` is the shape of a scalar.
__attribute__((visibility("default"))) std::string shapeText(const Shape &shape);

/// The product of the sizes. Errors: a negative size, a product that 64 bits do not hold.
__attribute__((visibility("default"))) int64_t elementCount(const Shape &shape);

/// Strides of an array whose last index runs fastest, without gaps.
__attribute__((visibility("default"))) Shape rowMajorStrides(const Shape &shape);

/// Steps `index` through a non-empty shape, the last index fastest; false after the last one.
__attribute__((visibility("default"))) bool nextIndex(const Shape &shape, Shape &index);

/// Offset of an index from the first element, in elements.
__attribute__((visibility("default"))) int64_t offsetOf(const Shape &strides, const Shape &index);

} // namespace genfuse

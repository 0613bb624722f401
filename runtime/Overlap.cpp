#include "runtime/Overlap.h"
#include <algorithm>

namespace genfuse {
namespace {

/// Bytes [first, last).
struct Range {
  uintptr_t first, last;
};

Range extent(const Array &array) {
  int64_t low = 0, high = 0;
  for (size_t i = 0; i < array.shape().size(); ++i) {
    const int64_t reach = (array.shape()[i] - 1) * array.strides()[i];
    (reach < 0 ? low : high) += reach;
  }
  const auto base = reinterpret_cast<uintptr_t>(array.data());
  const int64_t bytes = byteSize(array.type());
  return {base + low * bytes, base + (high + 1) * bytes};
}

/// The trailing dimensions without gaps count as one run; how many dimensions remain in front of it.
size_t outerDimensions(const Array &array, int64_t &run) {
  size_t outer = array.shape().size();
  run = 1;
  while (outer > 0 && (array.shape()[outer - 1] == 1 || array.strides()[outer - 1] == run))
    run *= array.shape()[--outer];
  return outer;
}

/// The runs of consecutive elements, sorted by address.
std::vector<Range> runs(const Array &array) {
  int64_t run = 1;
  const size_t outer = outerDimensions(array, run);
  const Shape shape(array.shape().begin(), array.shape().begin() + outer);
  const auto base = reinterpret_cast<uintptr_t>(array.data());
  const int64_t bytes = byteSize(array.type());
  std::vector<Range> result;
  Shape index(outer, 0);
  do {
    const uintptr_t first = base + offsetOf(array.strides(), index) * bytes;
    result.push_back({first, first + run * bytes});
  } while (nextIndex(shape, index));
  std::sort(result.begin(), result.end(), [](Range a, Range b) { return a.first < b.first; });
  return result;
}

/// True if each dimension steps over all that the smaller strides reach: then no two elements meet.
bool nested(const Array &array) {
  std::vector<std::pair<int64_t, int64_t>> steps; // stride, size
  for (size_t i = 0; i < array.shape().size(); ++i)
    if (array.shape()[i] > 1)
      steps.emplace_back(std::abs(array.strides()[i]), array.shape()[i]);
  std::sort(steps.begin(), steps.end());
  int64_t reach = 0;
  for (auto [stride, size] : steps) {
    if (stride <= reach)
      return false;
    reach += stride * (size - 1);
  }
  return true;
}

} // namespace

bool overlap(const Array &first, const Array &second) {
  if (first.elementCount() == 0 || second.elementCount() == 0)
    return false;
  const Range a = extent(first), b = extent(second);
  if (a.last <= b.first || b.last <= a.first)
    return false;
  const std::vector<Range> left = runs(first), right = runs(second);
  for (size_t i = 0, j = 0; i < left.size() && j < right.size();) {
    if (left[i].first < right[j].last && right[j].first < left[i].last)
      return true;
    left[i].last <= right[j].first ? ++i : ++j;
  }
  return false;
}

bool overlapsItself(const Array &array) {
  if (array.elementCount() == 0 || nested(array))
    return false;
  const std::vector<Range> ranges = runs(array);
  for (size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i].first < ranges[i - 1].last)
      return true;
  return false;
}

} // namespace genfuse

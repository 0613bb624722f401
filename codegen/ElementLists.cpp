#include "codegen/ElementLists.h"
#include <algorithm>

namespace genfuse {

size_t starCount(const std::string &pattern) { return std::count(pattern.begin(), pattern.end(), '*'); }

std::string platePattern(const std::string &leaf, size_t depth, const std::string &star) {
  std::string text;
  size_t stars = 0;
  for (char c : leaf) {
    if (stars == depth)
      break;
    text += c == '*' ? star : std::string(1, c);
    stars += c == '*';
  }
  return text;
}

std::string growthName(const std::string &leaf, size_t plate) {
  std::string before = platePattern(leaf, plate), here = platePattern(leaf, plate + 1);
  return before + here.substr(before.size(), here.size() - before.size() - 1) + "+" +
         leaf.substr(here.size());
}

void ElementLists::add(const std::string &leaf, const Shape &indices) {
  for (size_t depth = 1; depth <= indices.size(); ++depth)
    indices_[platePattern(leaf, depth)].insert(Shape(indices.begin(), indices.begin() + depth));
}

void ElementLists::forEach(
    const std::string &leaf,
    const std::function<void(const Shape &position, const Shape &indices)> &body) const {
  size_t depth = starCount(leaf);
  std::function<void(const Shape &, const Shape &)> visit = [&](const Shape &position, const Shape &indices) {
    if (indices.size() == depth)
      return body(position, indices);
    auto known = indices_.find(platePattern(leaf, indices.size() + 1));
    if (known == indices_.end())
      return;
    int64_t next = 0;
    for (auto it = known->second.lower_bound(indices);
         it != known->second.end() && std::equal(indices.begin(), indices.end(), it->begin()); ++it) {
      Shape deeper = position;
      deeper.push_back(next++);
      visit(deeper, *it);
    }
  };
  visit({}, {});
}

Shape ElementLists::extents(const std::string &leaf) const {
  Shape sizes;
  for (size_t depth = 1; depth <= starCount(leaf); ++depth) {
    int64_t longest = 0;
    forEach(platePattern(leaf, depth),
            [&](const Shape &position, const Shape &) { longest = std::max(longest, position.back() + 1); });
    sizes.push_back(longest);
  }
  return sizes;
}

Array ElementLists::list(const std::string &plate, int64_t length) const {
  std::string pattern = plate;
  for (size_t at; (at = pattern.find("[]")) != std::string::npos;)
    pattern.replace(at, 2, "*");
  Array array = Array::zeros(ElementType::i64, extents(pattern));
  std::fill_n(array.values<int64_t>(), array.elementCount(), length);
  forEach(pattern, [&](const Shape &position, const Shape &indices) {
    int64_t offset = 0;
    for (size_t d = 0; d < position.size(); ++d)
      offset += position[d] * array.strides()[d];
    array.values<int64_t>()[offset] = indices.back();
  });
  return array;
}

} // namespace genfuse

#include "runtime/FlatChoices.h"
#include "runtime/Error.h"
#include <cmath>
#include <cstdio>
#include <cstring>
#include <type_traits>

namespace genfuse {
namespace {

Shape shapeOf(const FlatLeaf &leaf) {
  Shape shape = leaf.plateLengths;
  shape.insert(shape.end(), leaf.elementShape.begin(), leaf.elementShape.end());
  return shape;
}

Shape unravel(int64_t position, const Shape &shape) {
  Shape index(shape.size());
  for (size_t i = shape.size(); i-- > 0; position /= shape[i])
    index[i] = position % shape[i];
  return index;
}

[[noreturn]] void failAt(const std::string &address, const std::string &expected, double got) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", got);
  throw Error("address '" + address + "': expected " + expected + ", got " + text);
}

/// Whether an int64_t holds the number.
bool isInteger(double value) { return std::trunc(value) == value && value >= -0x1p63 && value < 0x1p63; }

int64_t evaluate(const Dimension &size, const Signature &signature,
                 const std::map<std::string, int64_t> &sizes) {
  int64_t sum = size.constant;
  for (const Dimension::Term &term : size.terms) {
    const std::string &symbol = signature.symbols.at(term.symbol);
    auto found = sizes.find(symbol);
    if (found == sizes.end())
      throw Error("flat choices: expected a size for '" + symbol + "', got none");
    sum += term.coefficient * found->second;
  }
  return sum;
}

} // namespace

FlatChoices::FlatChoices(std::vector<FlatLeaf> leaves) : leaves_(std::move(leaves)), first_{0}, bytes_{0} {
  ChoiceMap known; // refuses names that clash
  for (const FlatLeaf &leaf : leaves_) {
    const Pattern pattern = Pattern::parse(leaf.name);
    if (pattern.stars() != leaf.plateLengths.size())
      throw Error("address '" + leaf.name + "': expected " + std::to_string(pattern.stars()) +
                  " plate lengths, got " + std::to_string(leaf.plateLengths.size()));
    known.set(leaf.name, Array::zeros(ElementType::boolean, Shape(pattern.stars(), 0)));
    const int64_t count = genfuse::elementCount(shapeOf(leaf)), size = byteSize(leaf.type);
    first_.push_back(first_.back() + count);
    bytes_.back() = (bytes_.back() + size - 1) / size * size;
    bytes_.push_back(bytes_.back() + count * size);
  }
}

FlatChoices FlatChoices::of(const Signature &signature, const std::map<std::string, int64_t> &sizes) {
  std::vector<FlatLeaf> leaves;
  for (const ArraySpec &spec : signature.arrays) {
    if (spec.role != Role::choice)
      continue;
    FlatLeaf leaf{spec.name, spec.type, {}, {}};
    const size_t plates = Pattern::parse(spec.name).stars();
    for (size_t d = 0; d < spec.shape.size(); ++d)
      (d < plates ? leaf.plateLengths : leaf.elementShape)
          .push_back(evaluate(spec.shape[d], signature, sizes));
    leaves.push_back(std::move(leaf));
  }
  return FlatChoices(std::move(leaves));
}

std::string FlatChoices::nameAt(int64_t position) const {
  if (position < 0 || position >= elementCount())
    throw Error("flat choices: expected a position below " + std::to_string(elementCount()) + ", got " +
                std::to_string(position));
  size_t number = 0;
  while (first_[number + 1] <= position)
    ++number;
  const FlatLeaf &leaf = leaves_[number];
  const Shape index = unravel(position - first_[number], shapeOf(leaf));
  const auto middle = index.begin() + static_cast<std::ptrdiff_t>(leaf.plateLengths.size());
  const std::string address = Pattern::parse(leaf.name).at({index.begin(), middle}).text();
  return leaf.elementShape.empty() ? address : address + shapeText({middle, index.end()});
}

std::string FlatChoices::lengthsText() const {
  std::string text;
  for (size_t i = 0; i < leaves_.size(); ++i)
    text += (i == 0 ? " (" : ", ") + leaves_[i].name + ": " + std::to_string(first_[i + 1] - first_[i]);
  return text.empty() ? text : text + ")";
}

std::vector<std::string> FlatChoices::names() const {
  std::vector<std::string> names;
  for (const FlatLeaf &leaf : leaves_)
    names.push_back(leaf.name);
  return names;
}

Array FlatChoices::leafOf(const ChoiceMap &choices, const FlatLeaf &leaf) const {
  return choices.leafArray(leaf.name, leaf.type, leaf.plateLengths, leaf.elementShape).contiguous();
}

Array FlatChoices::flatten(const ChoiceMap &choices) const {
  choices.expectOnly(names());
  Array flat = Array::zeros(ElementType::f64, {elementCount()});
  double *out = flat.values<double>();
  for (size_t i = 0; i < leaves_.size(); ++i) {
    const Array values = leafOf(choices, leaves_[i]);
    dispatch(values.type(), [&]<class T>() {
      const T *from = values.values<T>();
      for (int64_t k = 0; k < values.elementCount(); ++k) {
        const double number = static_cast<double>(from[k]);
        if constexpr (std::is_same_v<T, int64_t>)
          if (!isInteger(number) || static_cast<int64_t>(number) != from[k])
            throw Error("address '" + nameAt(first_[i] + k) +
                        "': expected an integer that a double holds, got " + std::to_string(from[k]));
        out[first_[i] + k] = number;
      }
    });
  }
  return flat;
}

ChoiceMap FlatChoices::unflatten(const Array &flat) const {
  if (!flat.defined() || flat.type() != ElementType::f64 || flat.shape() != Shape{elementCount()})
    throw Error("flat choices: expected f64 " + shapeText({elementCount()}) + lengthsText() + ", got " +
                (flat.defined() ? flat.describe() : "no array"));
  const Array dense = flat.contiguous();
  const double *from = dense.values<double>();
  ChoiceMap choices;
  for (size_t i = 0; i < leaves_.size(); ++i) {
    Array values = Array::zeros(leaves_[i].type, shapeOf(leaves_[i]));
    dispatch(values.type(), [&]<class T>() {
      T *out = values.values<T>();
      for (int64_t k = 0; k < values.elementCount(); ++k) {
        const double number = from[first_[i] + k];
        if (std::is_same_v<T, int64_t> && !isInteger(number))
          failAt(nameAt(first_[i] + k), "an integer", number);
        if (std::is_same_v<T, bool> && number != 0 && number != 1)
          failAt(nameAt(first_[i] + k), "a boolean, 0 or 1", number);
        out[k] = static_cast<T>(number);
      }
    });
    choices.set(leaves_[i].name, values);
  }
  return choices;
}

std::vector<std::byte> FlatChoices::toBytes(const ChoiceMap &choices) const {
  choices.expectOnly(names());
  std::vector<std::byte> bytes(byteCount());
  for (size_t i = 0; i < leaves_.size(); ++i) {
    const Array values = leafOf(choices, leaves_[i]);
    const int64_t size = byteSize(values.type()) * values.elementCount();
    if (size > 0)
      std::memcpy(bytes.data() + bytes_[i], values.data(), size);
  }
  return bytes;
}

ChoiceMap FlatChoices::fromBytes(const std::vector<std::byte> &bytes) const {
  if (static_cast<int64_t>(bytes.size()) != byteCount())
    throw Error("flat choices: expected " + std::to_string(byteCount()) + " bytes" + lengthsText() +
                ", got " + std::to_string(bytes.size()));
  ChoiceMap choices;
  for (size_t i = 0; i < leaves_.size(); ++i) {
    Array values = Array::zeros(leaves_[i].type, shapeOf(leaves_[i]));
    const std::byte *from = bytes.data() + bytes_[i];
    const int64_t size = byteSize(values.type()) * values.elementCount();
    if (values.type() == ElementType::boolean)
      for (int64_t k = 0; k < size; ++k)
        if (from[k] > std::byte(1))
          failAt(nameAt(first_[i] + k), "a boolean, 0 or 1", static_cast<double>(from[k]));
    if (size > 0)
      std::memcpy(values.data(), from, size);
    choices.set(leaves_[i].name, values);
  }
  return choices;
}

} // namespace genfuse

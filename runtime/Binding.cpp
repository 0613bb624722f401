#include "runtime/Binding.h"
#include "runtime/Error.h"
#include "runtime/Offsets.h"

namespace genfuse {
namespace {

std::string dimensionText(const Dimension &dimension, const std::vector<std::string> &symbols) {
  std::string text;
  for (const Dimension::Term &term : dimension.terms) {
    const int64_t size = term.coefficient < 0 ? -term.coefficient : term.coefficient;
    text += text.empty() ? (term.coefficient < 0 ? "-" : "") : (term.coefficient < 0 ? " - " : " + ");
    text += (size == 1 ? "" : std::to_string(size) + " * ") + symbols[term.symbol];
  }
  if (text.empty() || dimension.constant > 0)
    text += (text.empty() ? "" : " + ") + std::to_string(dimension.constant);
  else if (dimension.constant < 0)
    text += " - " + std::to_string(-dimension.constant);
  return text;
}

} // namespace

std::string describe(const ArraySpec &spec) {
  return std::string(roleName(spec.role)) + " '" + spec.name + "'";
}

Binding::Binding(const Signature &signature, const std::vector<Array> &arrays, int64_t instances)
    : signature_(signature), arrays_(arrays), instances_(instances), symbols_(signature.symbols.size()) {
  for (size_t i = 0; i < arrays.size(); ++i)
    if (arrays[i].defined())
      checkForm(i);
  solveAll();
  for (size_t i = 0; i < arrays.size(); ++i)
    if (arrays[i].defined())
      checkShape(i);
  checkSizes();
  checkRows();
}

void Binding::checkForm(size_t array) const {
  const ArraySpec &spec = signature_.arrays[array];
  const Array &given = arrays_[array];
  if (given.type() != spec.type)
    throw Error(describe(spec) + ": expected type " + std::string(typeName(spec.type)) + ", got " +
                std::string(typeName(given.type())));
  if (given.shape().size() != spec.shape.size() + spec.batched)
    failShape(array, "");
  if (given.elementCount() > 0 && given.rank() > 0 && given.shape().back() > 1 && given.strides().back() != 1)
    throw Error(describe(spec) + ": expected stride 1 in the last dimension, got strides " +
                shapeText(given.strides()));
}

void Binding::solveAll() {
  for (bool progress = true; progress;) {
    progress = false;
    for (size_t i = 0; i < arrays_.size(); ++i)
      for (size_t d = 0; arrays_[i].defined() && d < signature_.arrays[i].shape.size(); ++d)
        progress = solveDimension(i, d) || progress;
  }
}

bool Binding::solveDimension(size_t array, size_t dimension) {
  const Dimension &wanted = signature_.arrays[array].shape[dimension];
  int64_t rest = arrays_[array].shape()[dimension] - wanted.constant, coefficient = 0;
  int unknown = -1;
  for (const Dimension::Term &term : wanted.terms) {
    if (symbols_[term.symbol].bound) {
      rest -= term.coefficient * symbols_[term.symbol].value;
      continue;
    }
    if (unknown >= 0 && unknown != term.symbol)
      return false;
    unknown = term.symbol;
    coefficient += term.coefficient;
  }
  if (unknown < 0 || coefficient == 0)
    return false;
  if (rest % coefficient != 0 || rest / coefficient < 0)
    failShape(array, "; no size " + signature_.symbols[unknown] + " of 0 or more fits");
  symbols_[unknown] = {true, rest / coefficient, array};
  return true;
}

bool Binding::evaluate(const Dimension &dimension, int64_t &size) const {
  size = dimension.constant;
  for (const Dimension::Term &term : dimension.terms) {
    if (!symbols_[term.symbol].bound)
      return false;
    size += term.coefficient * symbols_[term.symbol].value;
  }
  return true;
}

void Binding::checkShape(size_t array) const {
  const ArraySpec &spec = signature_.arrays[array];
  const Shape &given = arrays_[array].shape();
  for (size_t d = 0; d < spec.shape.size(); ++d) {
    int64_t size = 0;
    if (!evaluate(spec.shape[d], size) || size != given[d])
      failShape(array, sourcesOf(spec.shape[d], array));
  }
  if (spec.batched && given.back() != instances_)
    failShape(array, "; the last dimension holds the instances");
}

/// Checks what the model takes for granted, as far as the sizes are known.
void Binding::checkSizes() const {
  for (const SizeCheck &check : signature_.checks) {
    int64_t left = 0, right = 0;
    if (!evaluate(check.left, left) || !evaluate(check.right, right) ||
        (check.equal ? left == right : left <= right))
      continue;
    const size_t none = arrays_.size();
    throw Error(check.place + ": expected sizes " + check.text + ", got " + std::to_string(left) + " and " +
                std::to_string(right) + sourcesOf(check.left, none) + sourcesOf(check.right, none));
  }
}

/// Checks the values of offsets, as far as they are given.
void Binding::checkRows() const {
  for (const OffsetsCheck &check : signature_.offsets)
    for (size_t i = 0; i < arrays_.size(); ++i) {
      const ArraySpec &spec = signature_.arrays[i];
      int64_t size = 0;
      bool isMeant = (spec.role == Role::argument && spec.name == check.argument) ||
                     (spec.role == Role::newArgument && spec.name + "'" == check.argument);
      if (!isMeant || !arrays_[i].defined() || arrays_[i].rank() != 1 || !evaluate(check.size, size))
        continue;
      if (check.kind == OffsetsCheck::Kind::total) {
        checkOffsets(arrays_[i], size, describe(spec));
      } else if (const int64_t longest = longestRow(arrays_[i]); longest > size) {
        throw Error(check.place + ": expected rows of at most " + check.text + " elements, got " +
                    std::to_string(size) + " and a row of " + std::to_string(longest) + " by " +
                    describe(spec));
      }
    }
}

std::optional<int64_t> Binding::symbolValue(size_t symbol) const {
  return symbols_[symbol].bound ? std::optional(symbols_[symbol].value) : std::nullopt;
}

Shape Binding::shapeOf(size_t array) const {
  const ArraySpec &spec = signature_.arrays[array];
  Shape shape(spec.shape.size());
  for (size_t d = 0; d < shape.size(); ++d)
    if (!evaluate(spec.shape[d], shape[d]) || shape[d] < 0)
      throw Error(describe(spec) + ": expected sizes that other arrays determine, got shape " +
                  expectedShape(spec));
  if (spec.batched)
    shape.push_back(instances_);
  return shape;
}

std::string Binding::expectedShape(const ArraySpec &spec) const {
  std::string text;
  for (const Dimension &dimension : spec.shape) {
    int64_t size = 0;
    text += text.empty() ? "" : ", ";
    text += evaluate(dimension, size) ? std::to_string(size) : dimensionText(dimension, signature_.symbols);
  }
  if (spec.batched)
    text += (text.empty() ? "" : ", ") + std::to_string(instances_);
  return "[" + text + "]";
}

std::string Binding::sourcesOf(const Dimension &dimension, size_t array) const {
  std::string text;
  for (const Dimension::Term &term : dimension.terms) {
    const Symbol &symbol = symbols_[term.symbol];
    if (symbol.bound && symbol.source != array)
      text += "; " + signature_.symbols[term.symbol] + " is " + std::to_string(symbol.value) + " by " +
              describe(signature_.arrays[symbol.source]) + " of shape " +
              shapeText(arrays_[symbol.source].shape());
  }
  return text;
}

void Binding::failShape(size_t array, const std::string &reason) const {
  const ArraySpec &spec = signature_.arrays[array];
  throw Error(describe(spec) + ": expected shape " + expectedShape(spec) + ", got " +
              shapeText(arrays_[array].shape()) + reason);
}

} // namespace genfuse

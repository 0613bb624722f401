#include "runtime/ChoiceValue.h"
#include "runtime/Error.h"
#include "runtime/Offsets.h"

namespace genfuse {
namespace {

bool isReal(ElementType type) { return type == ElementType::f32 || type == ElementType::f64; }

template <class To> void convertInto(const Array &target, const Array &source) {
  To *to = target.values<To>();
  Shape index(source.shape().size(), 0);
  do
    *to++ = static_cast<To>(source.at(index));
  while (nextIndex(source.shape(), index));
}

Array convertToReal(const Array &source, ElementType type) {
  Array result = Array::zeros(type, source.shape());
  if (result.elementCount() == 0)
    return result;
  if (type == ElementType::f32)
    convertInto<float>(result, source);
  else
    convertInto<double>(result, source);
  return result;
}

} // namespace

ChoiceValue::ChoiceValue(Array array) : array_(std::move(array)) {
  if (!array_.defined())
    throw Error("expected a value, got no array");
}

ChoiceValue ChoiceValue::ragged(Array values, Array offsets) {
  ChoiceValue result(std::move(values));
  if (result.array_.rank() == 0)
    throw Error("expected the values of ragged rows, got " + result.describe());
  if (!offsets.defined() || offsets.type() != ElementType::i64 || offsets.rank() != 1)
    throw Error("expected offsets i64 [rows + 1], got " + (offsets.defined() ? offsets.describe() : "none"));
  checkOffsets(offsets, result.array_.shape()[0], "offsets of ragged rows");
  result.offsets_ = std::move(offsets);
  return result;
}

ChoiceValue ChoiceValue::literal() const {
  ChoiceValue result = *this;
  result.literal_ = true;
  return result;
}

ChoiceValue::Kind ChoiceValue::kind() const {
  if (array_.rank() > 0 || array_.type() == ElementType::f32)
    return Kind::array;
  return array_.type() == ElementType::f64   ? Kind::real
         : array_.type() == ElementType::i64 ? Kind::integer
                                             : Kind::boolean;
}

double ChoiceValue::real() const {
  if (kind() != Kind::real)
    throw Error("expected a real, got " + describe());
  return *array_.values<double>();
}

int64_t ChoiceValue::integer() const {
  if (kind() != Kind::integer)
    throw Error("expected an integer, got " + describe());
  return *array_.values<int64_t>();
}

bool ChoiceValue::boolean() const {
  if (kind() != Kind::boolean)
    throw Error("expected a boolean, got " + describe());
  return *array_.values<bool>();
}

Array ChoiceValue::as(ElementType type, const Shape &shape, std::string_view address) const {
  const ElementType own = array_.type();
  const bool emptyLiteral = literal_ && array_.elementCount() == 0;
  const bool real =
      isReal(type) && (own == type || (literal_ && own != ElementType::boolean) || kind() == Kind::real);
  const std::string prefix = "address '" + std::string(address) + "': expected ";
  if (own != type && !real && !emptyLiteral)
    throw Error(prefix + "type " + std::string(typeName(type)) + ", got " + std::string(typeName(own)));
  if (array_.shape() != shape)
    throw Error(prefix + "shape " + shapeText(shape) + ", got " + shapeText(array_.shape()));
  if (own == type)
    return array_;
  return emptyLiteral ? Array::zeros(type, shape) : convertToReal(array_, type);
}

std::string ChoiceValue::describe() const {
  switch (kind()) {
  case Kind::real:
    return "a real";
  case Kind::integer:
    return "an integer";
  case Kind::boolean:
    return "a boolean";
  case Kind::array:
    break;
  }
  return "an array " + array_.describe();
}

} // namespace genfuse

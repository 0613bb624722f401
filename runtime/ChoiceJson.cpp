#include "runtime/ChoiceJson.h"
#include "runtime/Error.h"
#include "runtime/Offsets.h"
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace genfuse {
namespace {

using nlohmann::json;

constexpr double infinity = std::numeric_limits<double>::infinity();

[[noreturn]] void fail(const std::string &address, const std::string &expected, const std::string &got) {
  throw Error("address '" + address + "': expected " + expected + ", got " + got);
}

std::optional<double> specialReal(const json &value) {
  if (value == "inf")
    return infinity;
  if (value == "-inf")
    return -infinity;
  if (value == "nan")
    return std::nan("");
  return std::nullopt;
}

/// The numbers of nested rows in order, with their common shape and kind.
class Rows {
public:
  Rows(const json &value, const std::string &address) : address_(address) {
    for (const json *row = &value; row->is_array(); row = &row->front()) {
      shape_.push_back(static_cast<int64_t>(row->size()));
      if (row->empty())
        break;
    }
    collect(value, 0);
  }

  ChoiceValue value() const {
    if (booleans_ && (reals_ || integers_))
      fail(address_, "numbers or booleans", "an array of both");
    if (booleans_)
      return Array::from(std::vector<bool>(numbers_.begin(), numbers_.end()), shape_);
    if (integers_ && !reals_)
      return Array::from(integerValues_, shape_);
    return Array::from(numbers_, shape_);
  }

private:
  void collect(const json &value, size_t depth) {
    if (!value.is_array() && depth == shape_.size())
      return add(value);
    if (!value.is_array() || depth == shape_.size() || static_cast<int64_t>(value.size()) != shape_[depth])
      fail(address_, "rows of equal shape", "an array with others");
    for (const json &row : value)
      collect(row, depth + 1);
  }

  void add(const json &value) {
    if (value.is_boolean()) {
      booleans_ = true;
      numbers_.push_back(value.get<bool>());
    } else if (isInteger(value)) {
      integers_ = true;
      integerValues_.push_back(value.get<int64_t>());
      numbers_.push_back(value.get<double>());
    } else if (value.is_number_float() || specialReal(value)) {
      reals_ = true;
      numbers_.push_back(value.is_string() ? *specialReal(value) : value.get<double>());
    } else {
      fail(address_, "numbers or booleans", value.dump());
    }
  }

  bool isInteger(const json &value) {
    if (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t(std::numeric_limits<int64_t>::max()))
      fail(address_, "an integer of 64 bits", value.dump());
    return value.is_number_integer();
  }

  std::string address_;
  Shape shape_;
  std::vector<double> numbers_;
  std::vector<int64_t> integerValues_;
  bool reals_ = false, integers_ = false, booleans_ = false;
};

/// Reads the members of an object; `prefix` is empty or ends in `/`.
void read(const std::string &prefix, const json &object, ChoiceMap &result) {
  for (const auto &[key, member] : object.items()) {
    const std::string address = prefix + key;
    if (member.is_object())
      read(address + "/", member, result);
    else
      result.set(address, Rows(member, address).value().literal());
  }
}

json realToJson(double value) {
  if (std::isnan(value))
    return "nan";
  if (std::isinf(value))
    return value > 0 ? "inf" : "-inf";
  return value;
}

json arrayToJson(const Array &array) {
  if (array.rank() > 0) {
    json rows = json::array();
    for (int64_t i = 0; i < array.shape()[0]; ++i)
      rows.push_back(arrayToJson(array.slice(0, i)));
    return rows;
  }
  switch (array.type()) {
  case ElementType::i64:
    return *array.values<int64_t>();
  case ElementType::boolean:
    return *array.values<bool>();
  default:
    return realToJson(array.at({}));
  }
}

/// Ragged rows, each an entry `rows/1/y/*` of its own.
void addRows(json &result, const Pattern &leaf, const ChoiceValue &value) {
  const Offsets offsets(value.offsets());
  for (int64_t i = 0; i < offsets.rows(); ++i) {
    Path path = leaf.path();
    for (Component &component : path)
      if (component.kind == Component::Kind::star) {
        component = Component{Component::Kind::index, i, ""};
        break;
      }
    result[pathText(path)] = arrayToJson(rowOf(value.array(), offsets, i));
  }
}

} // namespace

ChoiceMap choicesFromJson(const json &value) {
  if (!value.is_object())
    throw Error("choice map: expected a json object, got " + std::string(value.type_name()));
  ChoiceMap result;
  read("", value, result);
  return result;
}

json choicesToJson(const ChoiceMap &choices) {
  json result = json::object();
  for (const auto &[pattern, value] : choices.entries()) {
    if (value.offsets().defined())
      addRows(result, pattern, value);
    else
      result[pattern.text()] = arrayToJson(value.array());
  }
  return result;
}

} // namespace genfuse

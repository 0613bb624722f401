#include "tests/cases/Cases.h"
#ifdef GENFUSE_CUDA_TEXT
#include "tests/cuda_host/EmulatedLoader.h"
#endif
#include <cmath>
#include <fstream>
#include <gtest/gtest.h>

using nlohmann::json;

namespace genfuse::cases {

const json &all() {
  static const json cases = [] {
    std::ifstream file(std::string(GENFUSE_SOURCE_DIR) + "/tests/cases/gfi-cases.json");
    return json::parse(file).at("cases");
  }();
  return cases;
}

std::vector<json> ofKind(const std::string &kind, const std::function<bool(const json &)> &accept) {
  std::vector<json> found;
  for (const json &item : all())
    if (item.at("kind") == kind && accept(item))
      found.push_back(item);
  return found;
}

double number(const json &value) {
  if (value.is_string())
    return value == "inf" ? HUGE_VAL : -HUGE_VAL;
  if (value.is_boolean())
    return value.get<bool>();
  return value.get<double>();
}

namespace {

template <class T> Array typed(const std::vector<double> &values, Shape shape) {
  std::vector<T> converted(values.begin(), values.end());
  return Array::from<T>(converted, std::move(shape));
}

/// The shape of nested lists, and their numbers by rows.
void flatten(const json &value, size_t depth, Shape &shape, std::vector<double> &numbers) {
  if (!value.is_array()) {
    numbers.push_back(number(value));
    return;
  }
  if (depth == shape.size())
    shape.push_back(static_cast<int64_t>(value.size()));
  for (const json &element : value)
    flatten(element, depth + 1, shape, numbers);
}

Array booleans(const std::vector<double> &values, Shape shape) {
  Array result = Array::zeros(ElementType::boolean, std::move(shape));
  for (size_t i = 0; i < values.size(); ++i)
    result.values<bool>()[i] = values[i] != 0;
  return result;
}

} // namespace

Array array(const json &value, ElementType type, int64_t instances) {
  Shape shape;
  std::vector<double> numbers;
  flatten(value, 0, shape, numbers);
  std::vector<double> repeated = numbers;
  if (instances > 0) {
    repeated.clear();
    for (double each : numbers)
      repeated.insert(repeated.end(), instances, each);
    shape.push_back(instances);
  }
  switch (type) {
  case ElementType::f32:
    return typed<float>(repeated, shape);
  case ElementType::f64:
    return typed<double>(repeated, shape);
  case ElementType::i64:
    return typed<int64_t>(repeated, shape);
  case ElementType::boolean:
    return booleans(repeated, shape);
  }
  return {};
}

namespace {

const ArraySpec *argumentSpec(const Program &program, const std::string &name) {
  for (const ArraySpec &spec : program.signature("assess()").arrays)
    if (spec.role == Role::argument && spec.name == name)
      return &spec;
  return nullptr;
}

/// Lists one after the other.
json joined(const json &rows) {
  json all = json::array();
  for (const json &row : rows)
    all.insert(all.end(), row.begin(), row.end());
  return all;
}

json offsetsOf(const json &rows) {
  json ends = {0};
  for (const json &row : rows)
    ends.push_back(ends.back().get<size_t>() + row.size());
  return ends;
}

} // namespace

void setArgument(Arrays &arguments, const Program &program, const std::string &name, const json &value,
                 int64_t instances) {
  const ArraySpec *spec = argumentSpec(program, name);
  ASSERT_TRUE(spec) << "the model has no argument " << name;
  const std::string offsets = name + "_offsets";
  const bool ragged = argumentSpec(program, offsets);
  arguments[name] = array(ragged ? joined(value) : value, spec->type, instances);
  if (ragged)
    arguments[offsets] = array(offsetsOf(value), ElementType::i64);
}

std::string leafOf(const std::string &address) { return Pattern::parse(address).erased().text(); }

ChoiceMap wholeLeaves(const Program &program, const json &choices, const Arrays &arguments,
                      int64_t instances) {
  // By path: `y/2` stands before `y/10`.
  std::map<Pattern, json> ordered;
  for (const auto &[address, value] : choices.items())
    ordered.emplace(Pattern::parse(address), value);
  std::map<std::string, json> values;
  for (const auto &[address, value] : ordered)
    values[address.erased().text()].push_back(value);
  ChoiceMap result;
  for (const ArraySpec &leaf : program.leaves()) {
    auto given = values.find(leaf.name);
    if (given == values.end())
      continue;
    const bool isPlate = leaf.name.find('*') != std::string::npos;
    Array all = array(isPlate ? given->second : given->second[0], leaf.type, instances);
    result.set(leaf.name, leaf.offsets.empty() ? ChoiceValue(all)
                                               : ChoiceValue::ragged(all, arguments.at(leaf.offsets)));
  }
  return result;
}

#ifdef GENFUSE_CUDA_TEXT
/// Kernels as CUDA text, in groups of one thread, a warp, and a block of two warps.
std::vector<Setting> settings() {
  constexpr auto f64 = Precision::f64, f32 = Precision::f32;
  return {{f64, Mapping::single, 0, 32},   {f64, Mapping::instances, 37, 1},
          {f64, Mapping::elements, 5, 64}, {f32, Mapping::instances, 37, 32},
          {f32, Mapping::elements, 5, 32}, {f32, Mapping::single, 0, 64}};
}

CompileOptions optionsOf(const Setting &setting) {
  static auto loader = std::make_shared<cuda_host::EmulatedLoader>();
  return {.real = setting.real, .mapping = setting.mapping, .lanes = setting.lanes, .cuda = loader};
}
#else
CompileOptions optionsOf(const Setting &setting) {
  return {.real = setting.real, .mapping = setting.mapping};
}

std::vector<Setting> settings() {
  std::vector<Setting> all;
  for (Precision real : {Precision::f64, Precision::f32}) {
    all.push_back({real, Mapping::single, 0});
    // One tail only, whole vectors and a tail.
    for (int64_t instances : {1, 37}) {
      all.push_back({real, Mapping::instances, instances});
      all.push_back({real, Mapping::elements, instances});
    }
  }
  return all;
}
#endif

std::string name(const Setting &setting) {
  return std::string(realName(setting.real)) + "_" + mappingName(setting.mapping) + "_" +
         std::to_string(setting.instances) + (setting.lanes ? "_" + std::to_string(setting.lanes) : "");
}

void expectNear(const json &expected, const Array &got, Precision real, const std::string &what) {
  ASSERT_TRUE(got.defined()) << what << " was not computed";
  std::vector<double> wanted;
  Shape shape;
  flatten(expected, 0, shape, wanted);
  ASSERT_GT(got.elementCount(), 0) << what;
  ASSERT_EQ(got.elementCount() % static_cast<int64_t>(wanted.size()), 0) << what << " " << got.describe();
  int64_t instances = got.elementCount() / static_cast<int64_t>(wanted.size());
  double relative = real == Precision::f64 ? 1e-9 : 2e-5, absolute = real == Precision::f64 ? 1e-12 : 1e-6;
  for (int64_t i = 0; i < got.elementCount(); ++i) {
    double want = wanted[i / instances];
    // The file's derivatives are differences of 700 digits: this small, they stand for 0
    // (D-mvnormal_cholesky-3).
    if (std::fabs(want) < 1e-100)
      want = 0;
    double value = got.type() == ElementType::f32   ? got.values<float>()[i]
                   : got.type() == ElementType::f64 ? got.values<double>()[i]
                   : got.type() == ElementType::i64 ? static_cast<double>(got.values<int64_t>()[i])
                                                    : static_cast<double>(got.values<bool>()[i]);
    if (std::isinf(want)) {
      EXPECT_EQ(value, want) << what << " element " << i;
      continue;
    }
    // Rounding of the inputs, or the finite differences, leave up to 1e-15 of derivatives that are 0.
    bool zero = std::fabs(want) < 1e-15;
    EXPECT_NEAR(value, want, zero ? absolute : relative * std::fabs(want)) << what << " element " << i;
  }
}

Program &programOf(const std::string &model, const Setting &setting) {
  static std::map<std::string, Program> programs;
  std::string key = model + name(setting);
  auto known = programs.find(key);
  if (known == programs.end()) {
    Model loaded = Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/cases.mlir", model);
    known = programs.emplace(key, Program(loaded, optionsOf(setting))).first;
  }
  return known->second;
}

} // namespace genfuse::cases

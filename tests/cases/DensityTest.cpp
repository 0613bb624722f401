// Every density case of every distribution: value and all partials, in both precisions and under every
// mapping.
#include "ir/dist/All.h"
#include "tests/cases/Cases.h"
#include <gtest/gtest.h>
#include <map>

using namespace genfuse;
using nlohmann::json;

namespace {

/// Cases that float cannot meet, and why.
const std::map<std::string, std::string> notInFloat = {
    {"A32.4", "3.0000001 rounds to 3, which is inside"},
    {"D-student_t-4", "the derivative in nu, 4e-13, is what is left of terms near 3e-7"},
    {"D-uniform-4", "3.0000001 rounds to 3, which is inside"},
    {"D-normal-5", "100000001 is not a float"},
    {"D-categorical-2", "1e-300 rounds to 0"},
    {"D-binom-3", "0.5005 is not a float: the derivative moves by 4e6 times its rounding"},
    {"D-binom-4", "0.999999 is not a float: 1 - p is off by 1.3 percent"},
    {"D-categorical_logits-3", "logits near 10000 have a spacing of 1e-3"},
};

std::string typeName(dist::Kind kind) {
  switch (kind) {
  case dist::Kind::real:
    return "f64";
  case dist::Kind::integer:
    return "i64";
  case dist::Kind::boolean:
    return "i1";
  case dist::Kind::realVector:
    return "tensor<?xf64>";
  case dist::Kind::realMatrix:
    return "tensor<?x?xf64>";
  }
  return "";
}

const dist::Record *recordOf(const std::string &name) {
  const dist::Record *found = nullptr;
  dist::All::forEach([&]<class R>() {
    if (name == R::record.name)
      found = &R::record;
  });
  return found;
}

/// A model with one choice `x` whose parameters are the arguments.
std::string modelText(const dist::Record &record) {
  std::string parameters, names, types;
  for (const dist::Argument &argument : record) {
    std::string name(argument.name), separator = parameters.empty() ? "" : ", ";
    parameters += separator + "%" + name + ": " + typeName(argument.kind) + " {gen.name = \"" + name + "\"}";
    names += separator + "%" + name;
    types += separator + typeName(argument.kind);
  }
  return "gen.func @density(" + parameters + ") {\n  %x = gen.sample \"x\" " + std::string(record.name) +
         "(" + names + ") : (" + types + ") -> " + typeName(record.value) + "\n  gen.return\n}\n";
}

/// Programs are compiled once for all cases of a distribution.
Program &programOf(const dist::Record &record, const cases::Setting &setting) {
  static std::map<std::string, Program> programs;
  std::string key = std::string(record.name) + cases::name(setting);
  auto known = programs.find(key);
  if (known == programs.end())
    known = programs.emplace(key, Program(Model::parse(modelText(record)), cases::optionsOf(setting))).first;
  return known->second;
}

ElementType elementOf(dist::Kind kind, Precision real) {
  if (kind == dist::Kind::integer)
    return ElementType::i64;
  if (kind == dist::Kind::boolean)
    return ElementType::boolean;
  return real == Precision::f32 ? ElementType::f32 : ElementType::f64;
}

struct DensityCase {
  json item;
  cases::Setting setting;
};

std::vector<DensityCase> densityCases() {
  std::vector<DensityCase> result;
  for (const json &item :
       cases::ofKind("density", [](const json &c) { return recordOf(c.at("distribution")) != nullptr; }))
    for (const cases::Setting &setting : cases::settings())
      if (setting.real == Precision::f64 || !notInFloat.count(item.at("id")))
        result.push_back({item, setting});
  return result;
}

class Density : public testing::TestWithParam<DensityCase> {};

TEST_P(Density, ValueAndPartials) {
  const auto &[item, setting] = GetParam();
  const dist::Record &record = *recordOf(item.at("distribution"));
  Program &program = programOf(record, setting);
  Inputs inputs;
  for (const dist::Argument &argument : record)
    inputs.arguments[std::string(argument.name)] =
        cases::array(item.at("args").at(std::string(argument.name)), elementOf(argument.kind, setting.real),
                     setting.instances);
  Array x = cases::array(item.at("x"), elementOf(record.value, setting.real), setting.instances);
  inputs.choices.set("x", ChoiceValue(x));
  RunOptions options;
  options.instances = std::max<int64_t>(setting.instances, 1);

  const json &expected = item.at("expected");
  Outcome value = program.run("assess()", inputs, options);
  cases::expectNear(expected.at("logp"), value.score, setting.real, "log density");

  if (!expected.contains("grad") || expected.at("grad").empty())
    return;
  std::string names;
  for (const auto &[name, partial] : expected.at("grad").items())
    names += (names.empty() ? "" : ", ") + name;
  Outcome gradients = program.run("gradient(" + names + ")", inputs, options);
  cases::expectNear(expected.at("logp"), gradients.score, setting.real, "log density beside its gradient");
  for (const auto &[name, partial] : expected.at("grad").items())
    cases::expectNear(partial,
                      name == "x" ? gradients.choiceGradients["x"] : gradients.argumentGradients[name],
                      setting.real, "partial in " + name);
}

INSTANTIATE_TEST_SUITE_P(Cases, Density, testing::ValuesIn(densityCases()), [](const auto &info) {
  std::string id = info.param.item.at("id");
  std::replace_if(
      id.begin(), id.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return id + "_" + cases::name(info.param.setting);
});

TEST(DensityCases, EveryDistributionHasSome) {
  dist::All::forEach([&]<class R>() {
    auto found =
        cases::ofKind("density", [](const json &c) { return c.at("distribution") == R::record.name; });
    EXPECT_GE(found.size(), 2u) << R::record.name;
  });
}

} // namespace

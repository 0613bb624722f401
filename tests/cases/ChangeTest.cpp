// The cases of update, regenerate and project, on traces of one and of many instances.
#include "codegen/Trace.h"
#include "tests/cases/Cases.h"
#include <gtest/gtest.h>
#include <set>

using namespace genfuse;
using nlohmann::json;

namespace {

const std::set<std::string> models = {"M1", "MM", "NEST", "PL", "SB"};
/// Cases whose weight is what is left of terms a thousand times its size: in float it has their error.
const std::set<std::string> cancelling = {"N01.3"};
const std::set<std::string> operations = {"update", "regenerate", "project"};

struct ChangeCase {
  json item;
  cases::Setting setting;
};

std::vector<ChangeCase> changeCases() {
  std::vector<ChangeCase> result;
  for (const json &item : cases::all())
    if (models.count(item.value("model", "")) && operations.count(item.value("op", "")))
      for (const cases::Setting &setting : cases::settings())
        result.push_back({item, setting});
  return result;
}

class Change : public testing::TestWithParam<ChangeCase> {
protected:
  const json &item = GetParam().item;
  const cases::Setting &setting = GetParam().setting;
  ElementType real = setting.real == Precision::f32 ? ElementType::f32 : ElementType::f64;

  ElementType typeOf(const std::string &leaf) {
    for (const ArraySpec &spec : program().leaves())
      if (spec.name == leaf)
        return spec.type;
    return real;
  }
  Program &program() { return cases::programOf(item.at("model"), setting); }

  ChoiceMap choicesOf(const json &choices) {
    ChoiceMap result;
    for (const auto &[address, value] : choices.items()) {
      std::string leaf = Pattern::parse(address).erased().text();
      result.set(address, ChoiceValue(cases::array(value, typeOf(leaf), setting.instances)));
    }
    return result;
  }

  Arrays arguments(const json &values, const Program &program) {
    Arrays result;
    for (const auto &[name, value] : values.items())
      cases::setArgument(result, program, name, value);
    return result;
  }

  /// Whether what both have is equal, row by row.
  static bool sameInCommon(const json &left, const json &right) {
    if (!left.is_array())
      return left == right;
    for (size_t i = 0; i < std::min(left.size(), right.size()); ++i)
      if (!sameInCommon(left[i], right[i]))
        return false;
    return true;
  }

  Trace trace() { return traceOf(program()); }

  Trace traceOf(Program &program) {
    Inputs inputs;
    inputs.arguments = arguments(item.at("trace").at("args"), program);
    inputs.choices =
        cases::wholeLeaves(program, item.at("trace").at("choices"), inputs.arguments, setting.instances);
    RunOptions options;
    options.instances = std::max<int64_t>(setting.instances, 1);
    return program.generate(inputs, options);
  }

  /// Arguments that differ. Lists whose common elements are equal are hinted so: the cases' `rescored` lists
  /// take that for granted.
  ChangeOptions options() {
    ChangeOptions options;
    const json &old = item.at("trace").at("args");
    const json now = item.value("args", old);
    json differing = json::object();
    for (const auto &[name, value] : now.items()) {
      if (value == old.at(name))
        continue;
      differing[name] = value;
      if (value.is_array() && sameInCommon(value, old.at(name)))
        options.diffs[name] = ArgumentDiff::none();
    }
    options.arguments = arguments(differing, program());
    if (item.contains("draws"))
      options.draws = choicesOf(item.at("draws"));
    return options;
  }

  Selection selection() {
    Selection result;
    for (const json &address : item.at("selection"))
      result = result | Selection::at(address.get<std::string>());
    return result;
  }

  void expect(const char *key, const Array &got) {
    if (item.at("expected").contains(key))
      cases::expectNear(item.at("expected").at(key), got, setting.real, key);
  }

  void expectWeight(const json &wanted, const Array &got) {
    if (setting.real == Precision::f64 || !cancelling.count(item.at("id")))
      return cases::expectNear(wanted, got, setting.real, "weight");
    for (int64_t i = 0; i < got.elementCount(); ++i)
      EXPECT_NEAR(got.values<double>()[i], wanted.get<double>(), 1e-6);
  }

  void expectChoices(const json &expected, const ChoiceMap &got, const char *what) {
    ChoiceMap wanted = expected.empty() ? ChoiceMap() : choicesOf(expected);
    size_t count = 0;
    for (const auto &[address, value] : expected.items()) {
      ASSERT_TRUE(got.has(address)) << what << " lacks " << address;
      cases::expectNear(value, got.get(address).array(), setting.real, std::string(what) + " " + address);
    }
    for (const auto &[pattern, value] : got.entries())
      count += pattern.stars() == 0 ? 1 : value.array().shape()[0];
    EXPECT_EQ(count, expected.size()) << what;
  }
};

TEST_P(Change, Case) {
  Trace before = trace();
  const json &expected = item.at("expected");
  if (item.at("op") == "project")
    return expect("weight", before.project(selection()));
  bool isUpdate = item.at("op") == "update";
  TraceChange change = isUpdate ? before.update(choicesOf(item.at("constraints")), options())
                                : before.regenerate(selection(), options());
  expectWeight(expected.at("weight"), change.weight());
  change.commit();
  expect("score", before.score());
  expect("retval", before.returnValue());
  for (int64_t instance : std::set<int64_t>{0, before.instances() - 1}) {
    expectChoices(expected.at("choices"), before.choiceMap(instance), "choices");
    expectChoices(expected.value("discard", json::object()), change.discard(instance), "discard");
  }
  // What is there now has the score that the trace says.
  Array score = before.score().copy();
  before.refresh();
  cases::expectNear(score.rank() == 0 ? json(score.at({})) : json(score.at({0})), before.score(),
                    setting.real, "score of the new trace");
}

/// Updating back with the discard and the old arguments restores the trace and negates the weight.
TEST_P(Change, ThereAndBack) {
  if (item.at("op") != "update" || item.contains("draws") || item.at("expected").at("weight").is_string())
    return;
  Trace moved = trace();
  ChoiceMap original = moved.choiceMap();
  TraceChange there = moved.update(choicesOf(item.at("constraints")), options());
  there.commit();
  ChangeOptions back;
  const ChangeOptions forth = options();
  const Arrays old = arguments(item.at("trace").at("args"), program());
  for (const auto &[name, value] : forth.arguments)
    back.arguments[name] = old.at(name);
  TraceChange again = moved.update(there.discard(), back);
  json negated = -item.at("expected").at("weight").get<double>();
  expectWeight(negated, again.weight());
  again.commit();
  EXPECT_EQ(moved.choiceMap(), original);
}

/// Only the listed choices are scored again: the kernel counts.
TEST_P(Change, RescoredAreThoseOfTheCase) {
  if (!item.at("expected").contains("rescored") || setting.mapping != Mapping::single ||
      setting.real != Precision::f64)
    return;
  Model model = Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/cases.mlir",
                            item.at("model").get<std::string>());
  Program counted(model, {.real = Precision::f64, .mapping = Mapping::single, .counted = true});
  Trace before = traceOf(counted);
  TraceChange change = before.update(choicesOf(item.at("constraints")), options());
  std::map<std::string, int64_t> wanted, got;
  for (const json &address : item.at("expected").at("rescored"))
    ++wanted[Pattern::parse(address.get<std::string>()).erased().text()];
  for (const auto &[leaf, count] : change.counts())
    if (count > 0 && !leaf.starts_with("old "))
      got[leaf] = count;
  EXPECT_EQ(got, wanted) << change.request();
}

INSTANTIATE_TEST_SUITE_P(Cases, Change, testing::ValuesIn(changeCases()), [](const auto &info) {
  std::string id = info.param.item.at("id");
  std::replace(id.begin(), id.end(), '.', '_');
  return id + "_" + cases::name(info.param.setting);
});

} // namespace

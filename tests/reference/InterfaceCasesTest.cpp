// The reference interpreter against the acceptance cases: every operation, weights, discards and gradients.
#include "frontend/Model.h"
#include "frontend/ModelImpl.h"
#include "runtime/Error.h"
#include "tests/reference/Interface.h"
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace genfuse;
using namespace genfuse::reference;
using nlohmann::json;

namespace {

/// Cases of the kinds gfi and plate that are no operation of the interface, or need a construct to come.
const std::set<std::string> excluded = {
    "E05", // an exact posterior
    "E07", // masks
};

const char modelFile[] = GENFUSE_SOURCE_DIR "/tests/models/cases.mlir";
const std::set<std::string> models = {"M1", "M1p", "PL", "MM", "NEST", "SB"};

std::vector<json> interfaceCases() {
  std::ifstream file(std::string(GENFUSE_SOURCE_DIR) + "/tests/cases/gfi-cases.json");
  const json all = json::parse(file);
  std::vector<json> cases;
  for (const json &item : all.at("cases")) {
    std::string kind = item.at("kind"), model = item.value("model", "");
    if ((kind == "gfi" || kind == "plate") && models.count(model) && !excluded.count(item.at("id")))
      cases.push_back(item);
  }
  return cases;
}

double number(const json &value) {
  if (value.is_string())
    return value == "inf" ? HUGE_VAL : -HUGE_VAL;
  return value.is_boolean() ? value.get<bool>() : value.get<double>();
}

Tensor tensor(const json &value) {
  if (!value.is_array())
    return number(value);
  Tensor result({int64_t(value.size())}, std::vector<Number>{});
  for (const json &element : value)
    result.elements.push_back(number(element));
  return result;
}

Values values(const json &items) {
  Values result;
  for (const auto &[name, value] : items.items())
    result[name] = tensor(value);
  return result;
}

/// Rows are flat values and offsets of the rows in them; theta is a parameter.
Inputs inputs(const json &args) {
  Inputs result;
  for (const auto &[name, value] : args.items()) {
    if (name == "theta") {
      result.parameters["M1p/theta"] = tensor(value);
    } else if (value.is_array() && !value.empty() && value[0].is_array()) {
      Tensor flat({0}, std::vector<Number>{}), offsets({1}, Number(0));
      for (const json &row : value) {
        for (const json &element : row)
          flat.elements.push_back(number(element));
        offsets.elements.push_back(double(flat.elements.size()));
      }
      flat.shape = {int64_t(flat.elements.size())};
      offsets.shape = {int64_t(offsets.elements.size())};
      result.arguments[name] = flat;
      result.arguments[name + "_offsets"] = offsets;
    } else {
      result.arguments[name] = tensor(value);
    }
  }
  return result;
}

std::set<std::string> names(const json &list) { return list.get<std::set<std::string>>(); }

/// The tolerance of the cases: 1e-9 relative, 1e-12 absolute where the value is 0, infinities equal.
void expectNear(double expected, double got, const std::string &what) {
  if (std::isinf(expected))
    EXPECT_EQ(got, expected) << what;
  else
    EXPECT_NEAR(got, expected, expected == 0 ? 1e-12 : 1e-9 * std::fabs(expected)) << what;
}

void expectNear(const Values &expected, const Values &got, const std::string &what) {
  ASSERT_EQ(expected.size(), got.size()) << what;
  for (const auto &[name, value] : expected) {
    ASSERT_TRUE(got.count(name)) << what << " " << name;
    const Tensor &other = got.at(name);
    ASSERT_EQ(value.shape, other.shape) << what << " " << name;
    for (size_t i = 0; i < value.elements.size(); ++i)
      expectNear(value.elements[i].value, other.elements[i].value, what + " " + name);
  }
}

class Reference : public testing::TestWithParam<json> {
protected:
  const json &item = GetParam();
  const json &expected = item.at("expected");
  std::string name = item.at("model");
  Model model = Model::load(modelFile, name);
  Interface interface { moduleOf(model).lookupSymbol<gen::FuncOp>(name) };
  Draws draws = replay(values(item.value("draws", json::object())));

  Trace oldTrace() const {
    const json &trace = item.at("trace");
    return interface.assess(inputs(trace.at("args")), values(trace.at("choices"))).trace;
  }

  void check(const Result &result) const {
    auto compare = [&](const char *key, double got) {
      if (expected.contains(key))
        expectNear(number(expected.at(key)), got, key);
    };
    compare("weight", result.weight.value);
    compare("score", result.trace.score.value);
    if (expected.contains("retval"))
      expectNear(number(expected.at("retval")), result.trace.returnValue.value().scalar().value, "retval");
    if (expected.contains("choices"))
      expectNear(values(expected.at("choices")), result.trace.values(), "choices");
    if (expected.contains("discard"))
      expectNear(values(expected.at("discard")), result.discard, "discard");
    if (expected.contains("rescored"))
      EXPECT_EQ(names(expected.at("rescored")), result.rescored);
  }

  void checkGradient() const {
    std::set<std::string> arguments = names(item.value("arg_gradients", json::array())), parameters;
    for (const json &parameter : item.value("params", json::array()))
      parameters.insert(name + "/" + parameter.get<std::string>());
    std::optional<Tensor> returnGradient;
    if (item.contains("retval_grad"))
      returnGradient = tensor(item.at("retval_grad"));
    std::set<std::string> choices = names(item.value("selection", json::array()));
    Values got = interface.gradient(oldTrace(), choices, arguments, parameters, returnGradient), wanted;
    if (expected.contains("choices"))
      wanted = values(expected.at("choices"));
    Inputs asInputs = inputs(expected.at("args"));
    std::erase_if(asInputs.arguments,
                  [](const auto &argument) { return argument.first.ends_with("_offsets"); });
    wanted.merge(asInputs.arguments);
    for (const std::string &parameter : parameters) {
      for (Number &element : got.at(parameter).elements)
        element.value *= item.at("scale").get<double>();
      wanted[parameter] =
          tensor(expected.at("param_gradient_increment").at(parameter.substr(name.size() + 1)));
    }
    expectNear(wanted, got, "gradient");
  }
};

TEST_P(Reference, Case) {
  std::string op = item.at("op");
  Values constraints = values(item.value("constraints", json::object()));
  std::set<std::string> selected;
  if (item.contains("selection"))
    selected = names(item.at("selection"));
  if (op == "assess")
    check(interface.assess(inputs(item.at("args")), values(item.at("choices"))));
  else if (op == "generate")
    check(interface.generate(inputs(item.at("args")), constraints, draws));
  else if (op == "update")
    check(interface.update(oldTrace(), inputs(item.at("args")), constraints, draws));
  else if (op == "regenerate")
    check(interface.regenerate(oldTrace(), inputs(item.at("args")), selectOnly(selected), draws));
  else if (op == "project")
    expectNear(number(expected.at("weight")), interface.project(oldTrace(), selectOnly(selected)).value,
               "weight");
  else if (op == "choice_gradients" || op == "accumulate_param_gradients")
    checkGradient();
  else
    FAIL() << "unknown operation " << op;
}

std::string caseName(const testing::TestParamInfo<json> &info) {
  std::string id = info.param.at("id");
  std::replace(id.begin(), id.end(), '.', '_');
  return id;
}

INSTANTIATE_TEST_SUITE_P(Cases, Reference, testing::ValuesIn(interfaceCases()), caseName);

/// The list above is not empty by accident.
TEST(ReferenceCases, AreAllThere) { EXPECT_EQ(interfaceCases().size(), 35u); }

/// What the runtime refuses is no model of anything: MM with rows that are not those of three values.
TEST(ReferenceRows, OffsetsThatDoNotFitAreRefused) {
  Model model = Model::load(modelFile, "MM");
  Interface interface(moduleOf(model).lookupSymbol<gen::FuncOp>("MM"));
  auto message = [&](std::vector<Number> offsets) -> std::string {
    reference::Inputs given;
    given.arguments["mu"] = 0.25;
    given.arguments["s"] = Tensor({3}, Number(1));
    given.arguments["s_offsets"] = Tensor({int64_t(offsets.size())}, offsets);
    try {
      interface.simulate(given, [](const Site &) { return Tensor(0.5); });
    } catch (const Error &error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message({0, 0, 3}), "");
  EXPECT_EQ(message({0, 2, 4}), "expected offsets that go from 0 up to 3, got 0 to 2 for row 0, from 0 to 4");
  EXPECT_EQ(message({1, 2, 3}), "expected offsets that go from 0 up to 3, got 1 to 2 for row 0, from 1 to 3");
  EXPECT_EQ(message({0, 2, 1, 3}),
            "expected offsets that go from 0 up to 3, got 2 to 1 for row 1, from 0 to 3");
}

} // namespace

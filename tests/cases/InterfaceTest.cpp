// The interface cases: weights, scores, choices and gradients of small models.
#include "tests/cases/Cases.h"
#include <gtest/gtest.h>
#include <set>

using namespace genfuse;
using nlohmann::json;

namespace {

const std::set<std::string> ids = {"B01",   "B02.1", "B02.2", "B02.3", "B11.1", "B11.2", "B13",  "E01",
                                   "N01.1", "N01.2", "N01.8", "N02.1", "N02.5", "N05.1", "N05.2"};

struct InterfaceCase {
  json item;
  cases::Setting setting;
};

std::vector<InterfaceCase> interfaceCases() {
  std::vector<InterfaceCase> result;
  for (const json &item : cases::all())
    if (ids.count(item.at("id")))
      for (const cases::Setting &setting : cases::settings())
        result.push_back({item, setting});
  return result;
}

std::string joined(const json &names) {
  std::string text;
  for (const json &name : names)
    text += (text.empty() ? "" : ", ") + name.get<std::string>();
  return text;
}

class Interface : public testing::TestWithParam<InterfaceCase> {
protected:
  const json &item = GetParam().item;
  const cases::Setting &setting = GetParam().setting;
  ElementType real = setting.real == Precision::f32 ? ElementType::f32 : ElementType::f64;

  Program &program() { return cases::programOf(item.at("model"), setting); }

  Inputs inputs(const json &args, const json &choices, int64_t instancesOfArguments = 0) {
    Inputs result;
    for (const auto &[name, value] : args.items())
      if (name == "theta")
        result.parameters["M1p/theta"] = cases::array(value, real);
      else
        cases::setArgument(result.arguments, program(), name, value, instancesOfArguments);
    result.choices = cases::wholeLeaves(program(), choices, result.arguments, setting.instances);
    return result;
  }

  RunOptions options() {
    RunOptions result;
    result.instances = std::max<int64_t>(setting.instances, 1);
    return result;
  }

  /// The leaves of addresses, each once.
  static json leaves(const json &addresses) {
    std::set<std::string> names;
    for (const json &address : addresses)
      names.insert(cases::leafOf(address));
    return names;
  }

  /// The value at an address, `y/2`, among those of the leaves.
  static Array at(const Arrays &leaves, const std::string &address) {
    ChoiceMap all;
    for (const auto &[leaf, values] : leaves)
      all.set(leaf, ChoiceValue(values));
    return all.get(address).array();
  }

  void expect(const char *key, const Array &got) {
    if (item.at("expected").contains(key))
      cases::expectNear(item.at("expected").at(key), got, setting.real, key);
  }
};

TEST_P(Interface, Case) {
  Program &program = this->program();
  std::string op = item.at("op");
  const json &expected = item.at("expected");
  if (op == "assess") {
    Outcome outcome = program.run("assess()", inputs(item.at("args"), item.at("choices")), options());
    expect("score", outcome.score);
    expect("weight", outcome.score);
    expect("retval", outcome.returnValue);
  } else if (op == "generate") {
    std::string names;
    for (const auto &[address, value] : item.at("constraints").items())
      names += (names.empty() ? "" : ", ") + address;
    json values = item.at("constraints");
    values.update(item.value("draws", json::object()));
    Inputs given = inputs(item.at("args"), values);
    Outcome outcome = program.run("generate(" + names + "; replay)", given, options());
    expect("weight", outcome.weight);
    expect("score", outcome.score);
    expect("retval", outcome.returnValue);
  } else {
    const json &trace = item.at("trace");
    // Arguments differentiated by have one value per instance: their gradients are not summed.
    Inputs given = inputs(trace.at("args"), trace.at("choices"), setting.instances);
    std::string names = joined(leaves(item.value("selection", item.value("params", json::array()))));
    if (item.contains("arg_gradients"))
      names += ", " + joined(item.at("arg_gradients"));
    double scale = item.value("scale", 1.0);
    std::string flags;
    if (item.contains("retval_grad")) {
      flags = "; return";
      given.returnGradient = cases::array(item.at("retval_grad"), real, setting.instances);
    }
    RunOptions run = options();
    run.scale = scale;
    Outcome outcome = program.run("gradient(" + names + flags + ")", given, run);
    if (expected.contains("choices"))
      for (const auto &[address, value] : expected.at("choices").items())
        cases::expectNear(value, at(outcome.choiceGradients, address), setting.real, address);
    for (const auto &[name, value] : expected.at("args").items())
      cases::expectNear(value, outcome.argumentGradients[name], setting.real, name);
    if (expected.contains("param_gradient_increment")) {
      json total = expected.at("param_gradient_increment").at("theta").get<double>() * run.instances;
      cases::expectNear(total, outcome.parameterGradients["M1p/theta"], setting.real, "theta");
    }
  }
}

/// E01's gradient in mu: the sum of (y_i - mu) / s_i^2 minus mu / 4, by central differences of the score.
TEST_P(Interface, PlateGradientByDifferences) {
  if (item.at("id") != "E01")
    return;
  Program &program = cases::programOf("PL", setting);
  Inputs given = inputs(item.at("args"), item.at("choices"));
  Outcome outcome = program.run("gradient(mu)", given, options());
  Program &exact = cases::programOf("PL", {Precision::f64, Mapping::single, 0});
  auto scoreAt = [&](double mu) {
    json choices = item.at("choices");
    Inputs at;
    at.arguments["s"] = cases::array(item.at("args").at("s"), ElementType::f64);
    at.choices.set("mu", mu);
    json ys = json::array();
    for (int i = 0; i < 4; ++i)
      ys.push_back(choices.at("y/" + std::to_string(i)));
    at.choices.set("y/*", ChoiceValue(cases::array(ys, ElementType::f64)));
    return exact.run("assess()", at).score.at({});
  };
  double mu = item.at("choices").at("mu"), h = 1e-3;
  // The score is quadratic in mu: central differences are exact up to rounding, 1e-13 / h.
  double difference = (scoreAt(mu + h) - scoreAt(mu - h)) / (2 * h);
  const Array &gradient = outcome.choiceGradients["mu"];
  double tolerance = setting.real == Precision::f64 ? 1e-9 : 2e-5;
  for (int64_t i = 0; i < gradient.elementCount(); ++i) {
    double got =
        gradient.type() == ElementType::f32 ? gradient.values<float>()[i] : gradient.values<double>()[i];
    EXPECT_NEAR(got, difference, tolerance * std::fabs(difference));
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, Interface, testing::ValuesIn(interfaceCases()), [](const auto &info) {
  std::string id = info.param.item.at("id");
  std::replace(id.begin(), id.end(), '.', '_');
  return id + "_" + cases::name(info.param.setting);
});

} // namespace

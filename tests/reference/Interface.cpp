#include "tests/reference/Interface.h"
#include "runtime/Error.h"
#include "tests/reference/Densities.h"

namespace genfuse::reference {

double Trace::magnitude() const {
  double total = 0;
  for (const auto &[address, choice] : choices)
    total += std::fabs(choice.logDensity.value);
  return total;
}

Values Trace::values() const {
  Values result;
  for (const auto &[address, choice] : choices)
    result[address] = choice.value;
  return result;
}

Draws replay(const Values &values) {
  return [values](const Site &site) {
    auto found = values.find(site.address);
    if (found == values.end())
      throw Error("at address '" + site.address + "': expected a value or a draw, got none");
    return found->second;
  };
}

Selection selectAll() {
  return [](const std::string &) { return true; };
}
Selection selectNone() {
  return [](const std::string &) { return false; };
}
Selection selectOnly(const std::set<std::string> &addresses) {
  return [addresses](const std::string &address) { return addresses.count(address) > 0; };
}

namespace {

/// Runs the model with values from `value`, and records each choice with its log density.
Trace record(gen::FuncOp model, const Inputs &inputs, const Chooser &value) {
  Trace trace{inputs, {}, {}, {}};
  trace.returnValue = execute(model, inputs, [&](const Site &site) {
    Tensor chosen = value(site);
    Number density = logDensity(site.distribution, chosen, site.parameters);
    trace.choices[site.address] = {chosen, density, site.parameters};
    trace.score = trace.score + density;
    return chosen;
  });
  return trace;
}

void expectUsed(const Values &constraints, const Trace &trace) {
  for (const auto &[address, value] : constraints)
    if (!trace.choices.count(address))
      throw Error("unknown address '" + address + "'");
}

bool sameParameters(const Choice &a, const Choice &b) {
  return std::equal(a.parameters.begin(), a.parameters.end(), b.parameters.begin(), b.parameters.end(),
                    [](const Tensor &x, const Tensor &y) { return x.sameValues(y); });
}

std::set<std::string> rescored(const Trace &old, const Trace &trace, const Values &constraints) {
  std::set<std::string> result;
  for (const auto &[address, choice] : trace.choices) {
    auto before = old.choices.find(address);
    if (before == old.choices.end() || constraints.count(address) ||
        !choice.value.sameValues(before->second.value) || !sameParameters(choice, before->second))
      result.insert(address);
  }
  return result;
}

} // namespace

Result Interface::simulate(const Inputs &inputs, const Draws &draws) const {
  return {record(model, inputs, draws), 0, {}, {}};
}

Result Interface::propose(const Inputs &inputs, const Draws &draws) const {
  Result result = simulate(inputs, draws);
  result.weight = result.trace.score;
  return result;
}

Result Interface::assess(const Inputs &inputs, const Values &choices) const {
  Result result{record(model, inputs, replay(choices)), 0, {}, {}};
  expectUsed(choices, result.trace);
  result.weight = result.trace.score;
  return result;
}

Result Interface::generate(const Inputs &inputs, const Values &constraints, const Draws &draws) const {
  Result result;
  result.trace = record(model, inputs, [&](const Site &site) {
    auto given = constraints.find(site.address);
    return given == constraints.end() ? draws(site) : given->second;
  });
  expectUsed(constraints, result.trace);
  for (const auto &[address, value] : constraints)
    result.weight = result.weight + result.trace.choices.at(address).logDensity;
  return result;
}

Result Interface::update(const Trace &old, const Inputs &inputs, const Values &constraints,
                         const Draws &draws) const {
  Result result;
  result.trace = record(model, inputs, [&](const Site &site) {
    if (auto given = constraints.find(site.address); given != constraints.end())
      return given->second;
    auto kept = old.choices.find(site.address);
    return kept == old.choices.end() ? draws(site) : kept->second.value;
  });
  expectUsed(constraints, result.trace);
  for (const auto &[address, choice] : result.trace.choices) {
    auto before = old.choices.find(address);
    if (before != old.choices.end())
      result.weight = result.weight + choice.logDensity - before->second.logDensity;
    else if (constraints.count(address))
      result.weight = result.weight + choice.logDensity;
  }
  for (const auto &[address, choice] : old.choices) {
    bool dropped = !result.trace.choices.count(address);
    if (dropped)
      result.weight = result.weight - choice.logDensity;
    if (dropped || constraints.count(address))
      result.discard[address] = choice.value;
  }
  result.rescored = rescored(old, result.trace, constraints);
  return result;
}

Result Interface::regenerate(const Trace &old, const Inputs &inputs, const Selection &selection,
                             const Draws &draws) const {
  Result result;
  auto kept = [&](const std::string &address) {
    return old.choices.count(address) && !selection(address) ? &old.choices.at(address) : nullptr;
  };
  result.trace = record(model, inputs, [&](const Site &site) {
    const Choice *before = kept(site.address);
    return before ? before->value : draws(site);
  });
  for (const auto &[address, choice] : result.trace.choices)
    if (const Choice *before = kept(address))
      result.weight = result.weight + choice.logDensity - before->logDensity;
  result.rescored = rescored(old, result.trace, {});
  return result;
}

Number Interface::project(const Trace &trace, const Selection &selection) const {
  Number total;
  for (const auto &[address, choice] : trace.choices)
    if (selection(address))
      total = total + choice.logDensity;
  return total;
}

Number Interface::objective(const Inputs &inputs, const Values &choices,
                            const std::optional<Tensor> &returnGradient) const {
  Result result = assess(inputs, choices);
  Number value = result.trace.score;
  for (size_t i = 0; returnGradient && i < returnGradient->elements.size(); ++i)
    value = value + returnGradient->elements[i] * result.trace.returnValue.value().elements.at(i);
  return value;
}

Values Interface::gradient(const Trace &trace, const std::set<std::string> &choiceNames,
                           const std::set<std::string> &arguments, const std::set<std::string> &parameters,
                           const std::optional<Tensor> &returnGradient) const {
  Inputs inputs = trace.inputs;
  Values choices = trace.values(), result;
  auto differentiate = [&](const std::string &name, Tensor &value) {
    Tensor &derivatives = result[name] = Tensor(value.shape, Number());
    for (size_t i = 0; i < value.elements.size(); ++i) {
      value.elements[i].slope = 1;
      derivatives.elements[i] = objective(inputs, choices, returnGradient).slope;
      value.elements[i].slope = 0;
    }
  };
  for (const std::string &name : choiceNames)
    differentiate(name, choices.at(name));
  for (const std::string &name : arguments)
    differentiate(name, inputs.arguments.at(name));
  for (const std::string &name : parameters)
    differentiate(name, inputs.parameters.at(name));
  return result;
}

} // namespace genfuse::reference

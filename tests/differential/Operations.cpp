// The operations that start from nothing, and gradients.
#include "tests/differential/Checker.h"
#include <algorithm>

using genfuse::reference::Number;
using genfuse::reference::Tensor;
using genfuse::reference::Values;

namespace genfuse::differential {

/// A trace of the program has the score that its values have; every draw lies in its support.
void Checker::simulate() {
  Outcome outcome = program->run("simulate()", inputs, options);
  for (int64_t b = 0; b < copies; ++b) {
    reference::Trace trace = interface.assess(each[b], drawn(outcome, b)).trace;
    if (!std::isfinite(trace.score.value))
      report("support", "a draw of instance " + std::to_string(b) + " has the log density " +
                            std::to_string(trace.score.value));
    compareTrace(trace, outcome, b);
  }
}

/// Likewise, and the weight is the score.
void Checker::propose() {
  Outcome outcome = program->run("propose()", inputs, options);
  for (int64_t b = 0; b < copies; ++b) {
    reference::Result result = interface.propose(each[b], reference::replay(drawn(outcome, b)));
    compareTrace(result.trace, outcome, b);
    compare("weight", result.weight.value, outcome.weight, b, result.trace.magnitude());
  }
}

Values Checker::drawn(const Outcome &outcome, int64_t b) const {
  Values values;
  for (const Leaf &leaf : leaves)
    if (auto found = outcome.choices.find(leaf.pattern); found != outcome.choices.end())
      addLeaf(leaf, found->second, b, values);
  return values;
}

void Checker::generate() {
  std::set<std::string> names(e.names.begin(), e.names.end());
  for (const Leaf &leaf : leaves)
    if (names.count(leaf.pattern))
      give(leaf);
  Outcome outcome = program->run(e.request(), inputs, options);
  for (int64_t b = 0; b < copies; ++b) {
    Values constraints, draws = drawn(outcome, b);
    for (const Leaf &leaf : leaves)
      for (const std::string &address : addressesOf(leaf))
        if (names.count(leaf.pattern))
          constraints[address] = traces[b].choices.at(address).value;
    reference::Result expected = interface.generate(each[b], constraints, reference::replay(draws));
    compareTrace(expected.trace, outcome, b);
    compare("weight", expected.weight.value, outcome.weight, b, expected.trace.magnitude());
    Number constrained = interface.project(
        expected.trace, [&](const std::string &address) { return constraints.count(address) > 0; });
    compare("weight-is-projection", constrained.value, outcome.weight, b, expected.trace.magnitude());
  }
}

void Checker::assess() {
  for (const Leaf &leaf : leaves)
    give(leaf);
  Outcome outcome = program->run("assess()", inputs, options);
  for (int64_t b = 0; b < copies; ++b)
    compareTrace(traces[b], outcome, b);
}

/// Gradients of one instance by name, and of all instances together for what they share.
void Checker::gradient() {
  for (const Leaf &leaf : leaves)
    give(leaf);
  std::set<std::string> names(e.names.begin(), e.names.end()), addresses, arguments, paths;
  for (const Leaf &leaf : leaves)
    if (names.count(leaf.pattern))
      for (const std::string &address : addressesOf(leaf))
        addresses.insert(address);
  for (const Argument &argument : e.plan.entry().arguments)
    if (names.count(argument.name))
      arguments.insert(argument.name);
  for (const Parameter &parameter : parameters)
    if (names.count(parameter.path))
      paths.insert(parameter.path);
  std::vector<Tensor> returned;
  for (int64_t b = 0; e.returnGradient && b < copies; ++b)
    returned.push_back(source.real("return", b, traces[b].returnValue->shape));
  if (e.returnGradient)
    inputs.returnGradient =
        arrayOf(returned, Scalar::real, e.real, returned[0].shape, e.mapping == Mapping::single ? 0 : copies);
  Outcome outcome = program->run(e.request(), inputs, options);
  Values sums;
  double scale = 0;
  for (int64_t b = 0; b < copies; ++b) {
    Values expected = interface.gradient(traces[b], addresses, arguments, paths,
                                         e.returnGradient ? std::optional(returned[b]) : std::nullopt);
    if (!std::isfinite(traces[b].score.value))
      return;
    double largest = traces[b].magnitude();
    for (const auto &[name, value] : expected)
      for (Number element : value.elements)
        largest = std::max(largest, std::fabs(element.value));
    scale += largest;
    if (b == 0)
      checkReference(b, expected, e.returnGradient ? std::optional(returned[b]) : std::nullopt);
    compareOwn(expected, outcome, b, largest, sums);
  }
  for (const auto &[name, sum] : sums) {
    bool isParameter = paths.count(name) > 0;
    const Array &got = isParameter ? outcome.parameterGradients[name] : outcome.argumentGradients[name];
    Tensor wanted = sum;
    for (Number &element : wanted.elements)
      element.value *= isParameter ? options.scale : 1.0;
    compare("gradient of " + name, wanted, got, 0, scale);
  }
}

/// What belongs to an instance is compared; what instances share is added to `sums`.
void Checker::compareOwn(const Values &expected, const Outcome &outcome, int64_t b, double scale,
                         Values &sums) {
  compare("score", Tensor(traces[b].score), outcome.score, b, scale);
  std::set<std::string> names(e.names.begin(), e.names.end());
  for (const Leaf &leaf : leaves) {
    if (!names.count(leaf.pattern))
      continue;
    auto got = outcome.choiceGradients.find(leaf.pattern);
    if (got == outcome.choiceGradients.end())
      return report("gradient", "gradient of " + leaf.pattern + " was not computed");
    Values values;
    addLeaf(leaf, got->second, b, values);
    for (const auto &[address, value] : values)
      for (size_t i = 0; i < value.elements.size(); ++i)
        compare("gradient of " + address, expected.at(address).elements[i].value, value.elements[i].value,
                scale);
  }
  for (const std::string &name : e.names) {
    auto value = expected.find(name);
    bool choice = std::any_of(leaves.begin(), leaves.end(),
                              [&, &wanted = name](const Leaf &leaf) { return leaf.pattern == wanted; });
    if (choice || value == expected.end())
      continue;
    if (e.batched.count(name)) {
      auto got = outcome.argumentGradients.find(name);
      compare("gradient of " + name, value->second,
              got == outcome.argumentGradients.end() ? Array() : got->second, b, scale);
      continue;
    }
    Tensor &sum = sums.try_emplace(name, Tensor(value->second.shape, Number())).first->second;
    for (size_t i = 0; i < sum.elements.size(); ++i)
      sum.elements[i] = sum.elements[i] + value->second.elements[i];
  }
}

/// The slope along a direction, by central differences: the reference's own derivative rules are right. A
/// step may cross a kink, so one of three steps has to agree, to 1e-5 of the sizes involved (truncation of
/// the largest step and rounding of the smallest are below that).
void Checker::checkReference(int64_t b, const Values &gradient, const std::optional<Tensor> &returnGradient) {
  auto along = [&](double step, double &slope) {
    reference::Inputs at = traces[b].inputs;
    Values choices = traces[b].values();
    slope = 0;
    for (const auto &[name, derivative] : gradient) {
      Tensor direction = source.real("direction " + name, 0, derivative.shape);
      Tensor &value = choices.count(name)        ? choices.at(name)
                      : at.arguments.count(name) ? at.arguments.at(name)
                                                 : at.parameters.at(name);
      for (size_t i = 0; i < derivative.elements.size(); ++i) {
        value.elements[i].value += step * direction.elements[i].value;
        slope += derivative.elements[i].value * direction.elements[i].value;
      }
    }
    return interface.objective(at, choices, returnGradient).value;
  };
  double slope = 0, nearest = HUGE_VAL, largest = traces[b].magnitude();
  for (double step : {1e-4, 1e-5, 1e-6}) {
    double above = along(step, slope), below = along(-step, slope);
    double difference = (above - below) / (2 * step);
    if (!std::isfinite(difference))
      return; // the step has left a support
    nearest = std::min(nearest, std::fabs(difference - slope));
    largest = std::max(largest, std::fabs(difference));
  }
  if (!(nearest <= 1e-5 * (1 + largest)))
    report("reference-gradient", "the reference's own slope is off by " + std::to_string(nearest));
}

} // namespace genfuse::differential

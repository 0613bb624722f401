// The operations of the generative function interface on one trace, by their definitions: a model is run from
// its start for each of them, and nothing is derived. The meaning of each is that of the acceptance cases.
#pragma once

#include "tests/reference/Execution.h"
#include <set>

namespace genfuse::reference {

/// A choice of a trace: its value, and its log density at the parents' values of that trace.
struct Choice {
  Tensor value;
  Number logDensity;
  std::vector<Tensor> parameters;
};

struct Trace {
  Inputs inputs;
  std::map<std::string, Choice> choices;
  std::optional<Tensor> returnValue;
  /// The sum of all log densities.
  Number score;

  /// The sum of the absolute log densities: rounding errors of a score are small compared with it.
  double magnitude() const;
  Values values() const;
};

/// What an operation gives: the (new) trace, and what belongs to the step from the old one.
struct Result {
  Trace trace;
  Number weight;
  Values discard;
  /// The addresses whose log density has to be computed (again): new, with another value, or with other
  /// parameters than before.
  std::set<std::string> rescored;
};

/// Draws: the generator of random values. `replay` returns given ones.
using Draws = Chooser;
Draws replay(const Values &values);

/// Whether an address is selected.
using Selection = std::function<bool(const std::string &)>;
Selection selectAll();
Selection selectNone();
Selection selectOnly(const std::set<std::string> &addresses);

/// Errors of all operations: an unknown address among the constraints, a choice that is neither given nor
/// drawn, and those of `execute`.
class Interface {
public:
  explicit Interface(gen::FuncOp model) : model(model) {}

  Result simulate(const Inputs &inputs, const Draws &draws) const;
  /// Weight and score are the log density of the choices.
  Result propose(const Inputs &inputs, const Draws &draws) const;
  Result assess(const Inputs &inputs, const Values &choices) const;
  Result generate(const Inputs &inputs, const Values &constraints, const Draws &draws) const;
  Result update(const Trace &old, const Inputs &inputs, const Values &constraints, const Draws &draws) const;
  Result regenerate(const Trace &old, const Inputs &inputs, const Selection &selection,
                    const Draws &draws) const;
  Number project(const Trace &trace, const Selection &selection) const;

  /// J = log density of the choices + <returnGradient, return value>. The derivatives of J in each of the
  /// named choices (addresses), arguments and parameters, each in the shape of its value: one run an element.
  Values gradient(const Trace &trace, const std::set<std::string> &choices,
                  const std::set<std::string> &arguments, const std::set<std::string> &parameters,
                  const std::optional<Tensor> &returnGradient) const;

  /// J itself.
  Number objective(const Inputs &inputs, const Values &choices,
                   const std::optional<Tensor> &returnGradient) const;

private:
  gen::FuncOp model;
};

} // namespace genfuse::reference

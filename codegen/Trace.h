// Traces: the arguments, choices, score and return value of one or many runs of a model.
#pragma once

#include "codegen/Program.h"

namespace genfuse {

/// Made by Program::simulate and Program::generate; holds what they computed, and shares the program's
/// kernels.
class GENFUSE_API Trace {
public:
  int64_t instances() const { return instances_; }

  /// Whole leaves by name: `image/*/y` is `[image..., instance]`, with the instances last and closest in
  /// memory. One trace alone, and a constraint that all instances share, has no dimension of instances.
  const Arrays &choices() const { return outcome_.choices; }

  /// Log density of all choices, f64, [instance] or a scalar.
  const Array &score() const { return outcome_.score; }
  /// Log density of the constrained choices, likewise.
  const Array &weight() const { return outcome_.weight; }
  /// Undefined if the model returns nothing.
  const Array &returnValue() const { return outcome_.returnValue; }

  /// The choices of one instance. Errors: an instance out of range.
  ChoiceMap choiceMap(int64_t instance = 0) const;

  /// Gradients of the score plus <returnGradient, return value> with respect to `names`: choices, arguments
  /// and parameters, comma separated. Errors: those of Program::bind.
  Outcome gradient(const std::string &names, const Array &returnGradient = {}) const;

  /// Adds scale * (gradient of the score in each of these parameters) to the arrays, which are named by path.
  void accumulateParameterGradients(const Arrays &accumulators, double scale = 1.0) const;

private:
  friend class Program;
  Trace(Program program, Inputs inputs, int64_t instances, Outcome outcome);
  Inputs inputsWithChoices() const;

  Program program_;
  Inputs inputs_;
  int64_t instances_;
  Outcome outcome_;
};

} // namespace genfuse

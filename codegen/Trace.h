// Traces: the arguments, choices, score and return value of one or many runs of a model.
#pragma once

#include "codegen/Program.h"
#include "codegen/TraceChange.h"
#include "runtime/Selection.h"

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

  /// The change to these constraints and new arguments (choices that neither concerns are kept, those of a
  /// plate that grows are drawn unless given). Only what depends on the change is computed. Errors: an
  /// address that the model does not have, an index past the end, a value of another type or shape.
  TraceChange update(const ChoiceMap &constraints, const ChangeOptions &options = {});

  /// The change that draws the selected choices again from their own prior, given the new values of those
  /// before them; its weight is the log Metropolis-Hastings ratio of that move. Errors: as of `update`.
  TraceChange regenerate(const Selection &selection, const ChangeOptions &options = {});

  /// The log density of the selected choices in the traces, f64, [instance] or a scalar.
  Array project(const Selection &selection) const;

  /// Computes score and return value anew from arguments and choices: a long chain of changes adds up
  /// rounding.
  void refresh();

private:
  friend class Program;
  friend class ChangeBuilder;
  friend class TraceChange;
  friend class ChangeCommit;
  Trace(Program program, Inputs inputs, int64_t instances, Outcome outcome);
  Inputs inputsWithChoices() const;
  ChoiceValue leafValue(const ArraySpec &leaf, const Array &values) const;

  Program program_;
  Inputs inputs_;
  int64_t instances_;
  Outcome outcome_;
  uint64_t version_ = 0; ///< counts commits
  /// Leaves whose memory is this trace's own, so that a commit may write to it; a copy of the trace shares
  /// it.
  std::map<std::string, std::shared_ptr<char>> own_;
  Arrays buffers_; ///< leaves of plates that have grown, with room for more elements
};

} // namespace genfuse

// One experiment being carried out: inputs, the program's results, the reference's, and the first difference.
#pragma once

#include "codegen/Trace.h"
#include "tests/differential/Data.h"
#include "tests/differential/Experiment.h"

namespace genfuse::differential {

class Checker {
public:
  /// Throws Error for a model that does not parse.
  explicit Checker(const Experiment &e);

  std::optional<Failure> run();

private:
  using Tensor = reference::Tensor;
  using Values = reference::Values;

  // Inputs.
  bool isOffsets(const Argument &argument) const;
  Tensor argumentValue(const Argument &argument, const ValueSource &from, const Sizes &sizes,
                       int64_t b) const;
  void makeInputs();
  Array argumentArray(const Argument &argument, const std::vector<reference::Inputs> &values,
                      const Sizes &sizes) const;
  void give(const Leaf &leaf);
  void giveRows(const Leaf &leaf, const Array &array);
  bool isNamed(const std::string &name) const;

  // Comparison.

  /// Reals are compared relative to `scale`, the size of the terms that were added: their rounding is what
  /// remains. In f64 the expressions of a model may magnify rounding by 1e6; in f32 by 1e4, which checks
  /// little more than that the same thing was computed.
  double tolerance(double scale) const { return (e.real == Precision::f64 ? 1e-9 : 2e-3) * scale; }
  void report(const std::string &what, const std::string &text);
  void compare(const std::string &what, double expected, double got, double scale);
  void compare(const std::string &what, const Tensor &expected, const Array &got, int64_t instance,
               double scale);
  void compareTrace(const reference::Trace &trace, const Outcome &outcome, int64_t b);
  void compareOwn(const Values &expected, const Outcome &outcome, int64_t b, double scale, Values &sums);
  /// Directional derivative of the reference itself, by differences.
  void checkReference(int64_t b, const Values &gradient, const std::optional<Tensor> &returnGradient);

  // Operations.
  Values drawn(const Outcome &outcome, int64_t b) const;
  void simulate();
  void propose();
  void generate();
  void assess();
  void gradient();

  // Operations on a trace.
  genfuse::Trace startTrace();
  std::set<std::string> chosen() const;
  void project();
  void change();
  void makeNewInputs();
  bool isChanged(const Argument &argument) const;
  /// The arguments that change, taken from these inputs.
  ChangeOptions changeOptions(const std::vector<reference::Inputs> &to, const Sizes &sizes) const;
  ChoiceMap constraintsOf(const std::set<std::string> &addresses) const;
  Values choicesOf(const genfuse::Trace &trace, const std::vector<Leaf> &of, int64_t b) const;
  void compareChange(const reference::Result &expected, const genfuse::Trace &trace, const Array &weight,
                     const Array &scoreChange, int64_t b);
  void compareValues(const std::string &what, const Values &expected, const Values &got);
  void compareDiscard(const TraceChange &change, const Values &expected, int64_t b);
  void goBack(genfuse::Trace &trace, const TraceChange &there, const Array &weight);

  const Experiment &e;
  int64_t copies; ///< of the model's values: one an instance
  ValueSource source;
  Model model;
  reference::Interface interface;
  std::vector<Leaf> leaves;
  Sizes newSizes; ///< after an update
  std::vector<Leaf> newLeaves;
  std::vector<Parameter> parameters;
  std::vector<reference::Inputs> each;  ///< per instance
  std::vector<reference::Trace> traces; ///< per instance, with values in the support
  std::vector<reference::Inputs> newEach;
  std::vector<reference::Trace> newTraces;
  genfuse::Inputs inputs;
  RunOptions options;
  std::optional<Program> program;
  std::optional<Failure> failure;
};

} // namespace genfuse::differential

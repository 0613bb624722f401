#include "codegen/Trace.h"
#include "codegen/ChangeBuilder.h"
#include "runtime/Error.h"
#include <algorithm>

namespace genfuse {

Trace::Trace(Program program, Inputs inputs, int64_t instances, Outcome outcome)
    : program_(std::move(program)), inputs_(std::move(inputs)), instances_(instances),
      outcome_(std::move(outcome)) {}

ChoiceMap Trace::choiceMap(int64_t instance) const {
  if (instance < 0 || instance >= instances_)
    throw Error("expected an instance from 0 to " + std::to_string(instances_ - 1) + ", got " +
                std::to_string(instance));
  const Signature &single = program_.signature("assess()");
  ChoiceMap result;
  for (const auto &[leaf, values] : outcome_.choices) {
    auto spec =
        std::find_if(single.arrays.begin(), single.arrays.end(), [&, &name = leaf](const ArraySpec &s) {
          return s.role == Role::choice && s.name == name;
        });
    bool own = values.rank() > static_cast<int64_t>(spec->shape.size());
    result.set(leaf, leafValue(*spec, own ? values.slice(values.rank() - 1, instance).copy() : values));
  }
  return result;
}

/// The values of a leaf, with the offsets of its rows if its plate is ragged.
ChoiceValue Trace::leafValue(const ArraySpec &leaf, const Array &values) const {
  return leaf.offsets.empty() ? ChoiceValue(values)
                              : ChoiceValue::ragged(values, inputs_.arguments.at(leaf.offsets));
}

Inputs Trace::inputsWithChoices() const {
  Inputs inputs = inputs_;
  inputs.choices = ChoiceMap();
  for (const ArraySpec &leaf : program_.signature("assess()").arrays)
    if (auto values = outcome_.choices.find(leaf.name);
        leaf.role == Role::choice && values != outcome_.choices.end())
      inputs.choices.set(leaf.name, leafValue(leaf, values->second));
  return inputs;
}

Outcome Trace::gradient(const std::string &names, const Array &returnGradient) const {
  Inputs inputs = inputsWithChoices();
  inputs.returnGradient = returnGradient;
  RunOptions options;
  options.instances = instances_;
  return program_.run("gradient(" + names + (returnGradient.defined() ? "; return)" : ")"), inputs, options);
}

void Trace::accumulateParameterGradients(const Arrays &accumulators, double scale) const {
  std::string names;
  for (const auto &[path, array] : accumulators)
    names += (names.empty() ? "" : ", ") + path;
  RunOptions options;
  options.instances = instances_;
  options.scale = scale;
  options.accumulators = accumulators;
  program_.run("gradient(" + names + ")", inputsWithChoices(), options);
}

TraceChange Trace::update(const ChoiceMap &constraints, const ChangeOptions &options) {
  TraceChange change = ChangeBuilder(*this, options).update(constraints);
  change.trace_ = this;
  return change;
}

TraceChange Trace::regenerate(const Selection &selection, const ChangeOptions &options) {
  TraceChange change = ChangeBuilder(*this, options).regenerate(selection);
  change.trace_ = this;
  return change;
}

Array Trace::project(const Selection &selection) const { return ChangeBuilder(*this, {}).project(selection); }

void Trace::refresh() {
  RunOptions options;
  options.instances = instances_;
  Outcome anew = program_.run("assess()", inputsWithChoices(), options);
  outcome_.score = anew.score;
  outcome_.returnValue = anew.returnValue;
}

} // namespace genfuse

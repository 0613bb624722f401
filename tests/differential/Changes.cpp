// Operations on a trace: project, update and regenerate, with the algebra of the interface.
#include "tests/differential/Checker.h"

using genfuse::reference::Number;
using genfuse::reference::Tensor;
using genfuse::reference::Values;

namespace genfuse::differential {

genfuse::Trace Checker::startTrace() {
  for (const Leaf &leaf : leaves)
    give(leaf);
  return program->generate(inputs, options);
}

/// The addresses that the experiment names, element by element, as far as the model has them.
std::set<std::string> Checker::chosen() const {
  std::set<std::string> result;
  for (const Leaf &leaf : newLeaves)
    for (const std::string &address : addressesOf(leaf))
      if (isNamed(leaf.pattern) || isNamed(address))
        result.insert(address);
  return result;
}

static Selection selectionOf(const std::set<std::string> &addresses) {
  Selection selection;
  for (const std::string &address : addresses)
    selection = selection | Selection::at(address);
  return selection;
}

void Checker::project() {
  genfuse::Trace trace = startTrace();
  std::set<std::string> names = chosen();
  Array some = trace.project(selectionOf(names)), all = trace.project(Selection::all()),
        none = trace.project(Selection::none());
  for (int64_t b = 0; b < copies; ++b) {
    Number expected = interface.project(traces[b], reference::selectOnly(names));
    double scale = traces[b].magnitude();
    compare("projection", Tensor(expected), some, b, scale);
    compare("projection-on-all", Tensor(traces[b].score), all, b, scale);
    compare("projection-on-none", Tensor(0.0), none, b, 0);
  }
}

/// Inputs after the change, one instance at a time: changed arguments have other values or sizes.
void Checker::makeNewInputs() {
  ValueSource other(e.seed + 1, e.real == Precision::f32);
  for (int64_t b = 0; b < copies; ++b) {
    reference::Inputs given = each[b];
    for (const Argument &argument : e.plan.entry().arguments)
      if (isChanged(argument))
        given.arguments[argument.name] =
            argumentValue(argument, e.changed.count(argument.name) ? other : source, newSizes, b);
    newEach.push_back(given);
    // Where constraints take their values from.
    newTraces.push_back(
        interface.simulate(given, [&](const reference::Site &site) { return other.choice(site, b); }).trace);
  }
}

bool Checker::isChanged(const Argument &argument) const {
  return e.changed.count(argument.name) ||
         newSizes.shapeOf(argument.type) != e.sizes.shapeOf(argument.type) ||
         (isOffsets(argument) && newSizes.offsets != e.sizes.offsets);
}

ChangeOptions Checker::changeOptions(const std::vector<reference::Inputs> &to, const Sizes &sizes) const {
  ChangeOptions result;
  result.seed = e.seed + 2;
  for (const Argument &argument : e.plan.entry().arguments)
    if (isChanged(argument))
      result.arguments[argument.name] = argumentArray(argument, to, sizes);
  return result;
}

/// One value, or one an instance, for each address.
ChoiceMap Checker::constraintsOf(const std::set<std::string> &addresses) const {
  ChoiceMap result;
  for (const Leaf &leaf : newLeaves)
    for (const std::string &address : addressesOf(leaf)) {
      if (!addresses.count(address))
        continue;
      std::vector<Tensor> values;
      for (const reference::Trace &trace : newTraces)
        values.push_back(trace.choices.at(address).value);
      result.set(address, ChoiceValue(arrayOf(values, leaf.scalar, e.real, leaf.shape, e.instances)));
    }
  return result;
}

Values Checker::choicesOf(const genfuse::Trace &trace, const std::vector<Leaf> &of, int64_t b) const {
  Values values;
  for (const Leaf &leaf : of)
    addLeaf(leaf, trace.choices().at(leaf.pattern), b, values);
  return values;
}

void Checker::change() {
  makeNewInputs();
  genfuse::Trace trace = startTrace();
  std::set<std::string> names = chosen();
  bool update = e.operation == Operation::update;
  ChangeOptions changes = changeOptions(newEach, newSizes);
  TraceChange made =
      update ? trace.update(constraintsOf(names), changes) : trace.regenerate(selectionOf(names), changes);
  Array weight = made.weight().copy(), scoreChange = made.scoreChange().copy();
  made.commit();
  bool finite = true;
  for (int64_t b = 0; b < copies; ++b) {
    Values now = choicesOf(trace, newLeaves, b), constraints;
    if (update)
      for (const std::string &address : names)
        constraints[address] = newTraces[b].choices.at(address).value;
    reference::Result expected =
        update ? interface.update(traces[b], newEach[b], constraints, reference::replay(now))
               : interface.regenerate(traces[b], newEach[b], reference::selectOnly(names),
                                      reference::replay(now));
    finite = finite && std::isfinite(expected.weight.value) && std::isfinite(expected.trace.score.value);
    compareChange(expected, trace, weight, scoreChange, b);
    compareValues("choice", expected.trace.values(), now);
    compareDiscard(made, expected.discard, b);
  }
  // Without draws an update can be undone; the discard is that of one instance.
  if (update && finite && copies == 1 && newSizes == e.sizes && !failure)
    goBack(trace, made, weight);
}

void Checker::compareChange(const reference::Result &expected, const genfuse::Trace &trace,
                            const Array &weight, const Array &scoreChange, int64_t b) {
  double scale = expected.trace.magnitude() + traces[b].magnitude();
  if (!std::isfinite(expected.trace.score.value))
    return; // differences of infinite scores are not defined
  compare("weight", Tensor(expected.weight), weight, b, scale);
  compare("score-change", Tensor(expected.trace.score - traces[b].score), scoreChange, b, scale);
  compare("score", Tensor(expected.trace.score), trace.score(), b, scale);
  if (expected.trace.returnValue)
    compare("return", *expected.trace.returnValue, trace.returnValue(), b, 10);
}

void Checker::compareValues(const std::string &what, const Values &expected, const Values &got) {
  for (const auto &[address, value] : expected) {
    auto found = got.find(address);
    if (found == got.end())
      return report(what, what + " " + address + " is missing");
    if (!value.sameValues(found->second))
      return report(what, what + " " + address + ": expected " + std::to_string(value.elements[0].value) +
                              ", got " + std::to_string(found->second.elements[0].value));
  }
}

/// The old values of what was overwritten or dropped, and nothing else.
void Checker::compareDiscard(const TraceChange &change, const Values &expected, int64_t b) {
  ChoiceMap discard = change.discard(b);
  Values got;
  for (const Leaf &leaf : leaves)
    for (const std::string &address : addressesOf(leaf))
      if (discard.has(address))
        got[address] = tensorOf(discard.get(address).array(), leaf.shape, 0);
  compareValues("discard", expected, got);
  if (got.size() != expected.size())
    report("discard", "discard: expected " + std::to_string(expected.size()) + " choices, got " +
                          std::to_string(got.size()));
}

/// Updating back with the discard and the old arguments restores the trace and negates the weight.
void Checker::goBack(genfuse::Trace &trace, const TraceChange &there, const Array &weight) {
  TraceChange back = trace.update(there.discard(), changeOptions(each, e.sizes));
  double scale = traces[0].magnitude() + newTraces[0].magnitude();
  compare("weight-back", -tensorOf(weight, {}, 0).scalar().value,
          tensorOf(back.weight(), {}, 0).scalar().value, scale);
  back.commit();
  compareValues("choice-back", traces[0].values(), choicesOf(trace, leaves, 0));
  compare("score-back", Tensor(traces[0].score), trace.score(), 0, scale);
}

} // namespace genfuse::differential

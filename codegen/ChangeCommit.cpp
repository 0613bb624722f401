// Making a change: what a commit writes to the traces.
#include "codegen/ElementLists.h"
#include "codegen/LeafMemory.h"
#include "codegen/Trace.h"
#include "runtime/Error.h"
#include <algorithm>
#include <cmath>

namespace genfuse {

class ChangeCommit {
public:
  ChangeCommit(TraceChange &change, Array mask)
      : change(change), trace(*change.trace_), mask(std::move(mask)) {}

  void run() {
    check();
    for (const TraceChange::Move &move : change.moves_)
      make(move);
    for (const auto &[leaf, lengths] : change.newLengths_)
      resize(leaf, lengths);
    for (const TraceChange::Extension &extension : change.extensions_)
      extend(extension);
    setArguments();
    setResults();
    change.version_ = ++trace.version_;
  }

private:
  void check() const {
    if (change.version_ != trace.version_)
      throw Error("the traces have been committed to since this change was computed");
    if (!mask.defined())
      return;
    if (mask.type() != ElementType::boolean || mask.shape() != Shape{trace.instances_})
      throw Error("the mask of a commit: expected boolean [" + std::to_string(trace.instances_) + "], got " +
                  mask.describe());
    if (!change.newLengths_.empty())
      throw Error("the leaf '" + change.newLengths_.begin()->first +
                  "' changes its length, which cannot be committed for some instances only");
    for (const TraceChange::Move &move : change.moves_)
      if (move.isResized)
        throw Error("the leaf '" + move.leaf +
                    "' changes the lengths of its rows, which cannot be committed for some instances only");
    for (const auto &[name, value] : change.newArguments_)
      if (!isPerInstance(name, value))
        throw Error("the argument '" + name +
                    "' is shared by all instances, which cannot be committed for some of them only");
  }

  bool isPerInstance(const std::string &argument, const Array &value) const {
    const Signature &single = trace.program_.signature("assess()");
    return std::any_of(single.arrays.begin(), single.arrays.end(), [&](const ArraySpec &spec) {
      return spec.role == Role::argument && spec.name == argument &&
             value.rank() > static_cast<int64_t>(spec.shape.size());
    });
  }

  /// The leaf's memory, which nobody else sees.
  Array &writable(const std::string &name) {
    Array &leaf = trace.outcome_.choices.at(name);
    std::shared_ptr<char> &own = trace.own_[name];
    if (own && own.use_count() == 1)
      return leaf;
    leaf = leaf.copy();
    own = std::make_shared<char>();
    trace.buffers_.erase(name);
    return leaf;
  }

  void replace(const std::string &name, const Array &values) {
    trace.own_.erase(name);
    trace.buffers_.erase(name);
    trace.outcome_.choices.at(name) = values;
  }

  void setWhole(const std::string &name, const Array &values) {
    Array &leaf = trace.outcome_.choices.at(name);
    bool fits = std::equal(values.shape().begin(), values.shape().end(), leaf.shape().begin(),
                           leaf.shape().begin() + std::min(leaf.rank(), values.rank()));
    if (!mask.defined() && fits && values.rank() >= leaf.rank())
      return replace(name, values);
    // A leaf that shrinks keeps its length until `resize`; under a mask the others keep their values.
    Array target = values.rank() > leaf.rank() || (mask.defined() && !hasInstances(leaf, values))
                       ? expandedTo(leaf, trace.instances_)
                       : leaf.copy();
    Array part = target;
    for (int64_t d = 0; d < values.rank() && d < part.rank(); ++d)
      part = subrange(part, d, 0, std::min(values.shape()[d], part.shape()[d]));
    assignWhere(part, values, mask);
    replace(name, target);
  }

  /// Whether the last dimension of a leaf counts instances.
  bool hasInstances(const Array &leaf, const Array &) const {
    for (const ArraySpec &spec : trace.program_.leaves())
      if (&leaf == &trace.outcome_.choices.at(spec.name))
        return leaf.rank() > static_cast<int64_t>(spec.shape.size());
    return false;
  }

  void make(const TraceChange::Move &move) {
    if (move.isResized)
      return replace(move.leaf, move.values[0]);
    if (move.isWhole)
      return setWhole(move.leaf, move.values[0]);
    for (size_t i = 0; i < move.places.size(); ++i) {
      Array &leaf = writable(move.leaf);
      Array target = elementOf(leaf, move.places[i]);
      if (move.values[i].rank() > target.rank() || (mask.defined() && !hasInstances(leaf, leaf)))
        leaf = expandedTo(leaf, trace.instances_);
      assignWhere(elementOf(leaf, move.places[i]), move.values[i], mask);
    }
  }

  /// Room for twice the elements, so that a plate that grows step by step is copied seldom.
  void resize(const std::string &name, const Shape &lengths) {
    Array &leaf = writable(name);
    Shape shape = leaf.shape();
    bool outermost = std::equal(lengths.begin() + 1, lengths.end(), shape.begin() + 1);
    int64_t kept = std::min(shape[0], lengths[0]);
    std::copy(lengths.begin(), lengths.end(), shape.begin());
    Array &buffer = trace.buffers_[name];
    if (!outermost || !buffer.defined() || buffer.shape()[0] < shape[0]) {
      Shape roomy = shape;
      roomy[0] = outermost && shape[0] > leaf.shape()[0] ? std::max(shape[0], 2 * leaf.shape()[0]) : shape[0];
      buffer = Array::zeros(leaf.type(), roomy);
      Array from = subrange(leaf, 0, 0, kept), to = subrange(buffer, 0, 0, kept);
      for (size_t d = 1; d < lengths.size(); ++d) {
        int64_t both = std::min(leaf.shape()[d], shape[d]);
        from = subrange(from, d, 0, both);
        to = subrange(to, d, 0, both);
      }
      to.assign(from);
    }
    leaf = subrange(buffer, 0, 0, shape[0]);
  }

  void extend(const TraceChange::Extension &extension) {
    Array &leaf = trace.outcome_.choices.at(extension.leaf);
    if (extension.values.rank() > leaf.rank()) {
      leaf = expandedTo(leaf, trace.instances_);
      trace.buffers_.erase(extension.leaf);
    }
    Array part = leaf;
    for (size_t d = 0; d < extension.from.size(); ++d)
      part = subrange(part, d, extension.from[d], extension.to[d]);
    assignWhere(part, extension.values, {});
  }

  void setArguments() {
    for (const auto &[name, value] : change.newArguments_) {
      Array &argument = trace.inputs_.arguments.at(name);
      if (!mask.defined()) {
        argument = value;
        continue;
      }
      Array both = isPerInstance(name, argument) ? argument.copy() : expandedTo(argument, trace.instances_);
      assignWhere(both, value, mask);
      argument = both;
    }
  }

  void setResults() {
    Outcome &outcome = trace.outcome_;
    Array score = outcome.score.copy();
    const Array &difference = change.outcome_.scoreChange;
    bool lost = false;
    for (int64_t b = 0; b < score.elementCount(); ++b) {
      if (mask.defined() && !mask.values<bool>()[b * mask.strides()[0]])
        continue;
      // From minus infinity no difference leads back.
      lost = lost || !std::isfinite(score.values<double>()[b]) || std::isnan(difference.values<double>()[b]);
      score.values<double>()[b] += difference.values<double>()[b];
    }
    outcome.score = score;
    outcome.weight = change.outcome_.weight;
    if (const Array &returned = change.outcome_.returnValue; returned.defined()) {
      if (mask.defined()) {
        Array both = outcome.returnValue.copy();
        assignWhere(both, returned, mask);
        outcome.returnValue = both;
      } else {
        outcome.returnValue = returned;
      }
    }
    if (lost)
      trace.refresh();
  }

  TraceChange &change;
  Trace &trace;
  Array mask;
};

void TraceChange::commit() { ChangeCommit(*this, {}).run(); }

void TraceChange::commit(const Array &mask) {
  bool alone = trace_->outcome_.score.rank() == 0;
  if (!alone)
    return ChangeCommit(*this, mask).run();
  if (mask.type() != ElementType::boolean || mask.elementCount() != 1)
    throw Error("the mask of a commit: expected boolean [1], got " + mask.describe());
  if (*mask.values<bool>())
    commit();
}

ChoiceMap TraceChange::discard(int64_t instance) const {
  if (instance < 0 || instance >= trace_->instances_)
    throw Error("expected an instance from 0 to " + std::to_string(trace_->instances_ - 1) + ", got " +
                std::to_string(instance));
  ChoiceMap result;
  for (const ArraySpec &spec : trace_->program_.leaves())
    for (const Discarded &old : discarded_) {
      if (old.leaf != spec.name)
        continue;
      const size_t dimensions = old.indices.empty() ? 0 : starCount(spec.name) - !spec.offsets.empty();
      int64_t rank = static_cast<int64_t>(spec.shape.size() - dimensions);
      bool own = old.values.rank() > rank;
      Array values = own ? old.values.slice(old.values.rank() - 1, instance).copy() : old.values;
      std::string address =
          old.indices.empty() ? spec.name : Pattern::parse(spec.name).at(old.indices).text();
      result.set(address,
                 old.offsets.defined() ? ChoiceValue::ragged(values, old.offsets) : ChoiceValue(values));
    }
  return result;
}

} // namespace genfuse

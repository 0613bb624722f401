// A change of traces that has been computed and not yet been made.
#pragma once

#include "codegen/Program.h"
#include <set>

namespace genfuse {

/// How an argument differs from the trace's, beside its length: a promise of the caller that saves work. Of
/// data that rows of a ragged plate read, row by row: where other offsets move a row, its elements count as
/// equal.
struct ArgumentDiff {
  /// Nothing is known: every element may differ.
  static ArgumentDiff unknown() { return {}; }
  /// Only these indices of the first dimension may differ (and those by which it grows). Where offsets move
  /// rows, nothing is made of it.
  static ArgumentDiff elements(std::set<int64_t> changed) { return {false, std::move(changed)}; }
  /// Nothing differs, but for the length of the first dimension.
  static ArgumentDiff none() { return {false, {}}; }

  bool isUnknown = true;
  std::set<int64_t> changed;
};

/// What update and regenerate take beside constraints and selections.
struct ChangeOptions {
  Arrays arguments = {}; ///< those that change; a first dimension may be longer or shorter than the trace's
  std::map<std::string, ArgumentDiff> diffs = {}; ///< by argument; unknown where absent
  uint64_t seed = 0;
  std::optional<ChoiceMap> draws = {}; ///< values in place of random ones, for everything that would be drawn
};

/// Made by Trace::update and Trace::regenerate. The traces are as they were until `commit`, and this object
/// is valid until they are committed to or destroyed.
class GENFUSE_API TraceChange {
public:
  /// The log weight of the interface (shared/cases), f64, [instance] or a scalar.
  const Array &weight() const { return outcome_.weight; }
  /// New score minus old score, likewise.
  const Array &scoreChange() const { return outcome_.scoreChange; }
  /// The new return value; undefined where it cannot differ.
  const Array &returnValue() const { return outcome_.returnValue; }
  /// How many log densities were computed again, by leaf (with CompileOptions::counted; those at old values,
  /// which are only subtracted, by `old LEAF`).
  const std::map<std::string, int64_t> &counts() const { return outcome_.counts; }
  /// The request that was compiled, such as `update(y/[]; args: s~)`.
  const std::string &request() const { return request_; }

  /// Old values of what an update overwrites or drops, for one instance; also after the commit. Regenerate
  /// discards nothing. Errors: an instance out of range.
  ChoiceMap discard(int64_t instance = 0) const;

  /// Makes the change. Errors, after which nothing has changed: traces that have been committed to since the
  /// change was computed.
  void commit();

  /// Makes it for the instances whose mask (boolean, [instance]) is true, the others keep everything: an
  /// accept step. Errors, after which nothing has changed: those of `commit`; a mask of another type or
  /// length; a changed argument that all instances share, or a length that changes, under a mask.
  void commit(const Array &mask);

private:
  friend class Trace;
  friend class ChangeBuilder;
  friend class ChangeCommit;

  /// New values of one leaf, for all its elements or those of `indices` (their number is its first
  /// dimension).
  struct Move {
    std::string leaf;
    bool isWhole = false;
    bool isResized = false;          ///< the whole leaf has another shape
    std::vector<Shape> indices = {}; ///< of the elements
    std::vector<Shape> places = {};  ///< where the leaf's array holds them
    std::vector<Array> values = {};  ///< one per element, or the whole
  };
  /// Elements that a leaf gains: the region of its new array, and their values.
  struct Extension {
    std::string leaf;
    Shape from, to;
    Array values;
  };
  /// Old values, kept so that they outlive the commit.
  struct Discarded {
    std::string leaf;
    Shape indices; ///< of the element; empty for a whole leaf
    Array values;
    Array offsets; ///< of a whole leaf of a ragged plate
  };

  class Trace *trace_ = nullptr;
  uint64_t version_ = 0;
  std::string request_;
  Outcome outcome_;
  Arrays newArguments_;
  std::vector<Move> moves_;
  std::vector<Extension> extensions_;
  std::map<std::string, Shape> newLengths_; ///< plate lengths of leaves that grow or shrink
  std::vector<Discarded> discarded_;
};

} // namespace genfuse

// From constraints, selections and new arguments to the kernel of a change and what it takes.
#pragma once

#include "codegen/ElementLists.h"
#include "codegen/PlateLayout.h"
#include "codegen/Trace.h"

namespace genfuse {

/// Builds one TraceChange, or a projection. Nothing of the trace is written.
class ChangeBuilder {
public:
  ChangeBuilder(const Trace &trace, const ChangeOptions &options);

  TraceChange update(const ChoiceMap &constraints);
  TraceChange regenerate(const Selection &selection);
  Array project(const Selection &selection);

private:
  /// What is named of one leaf: all of it, single elements, and the elements that it gains.
  struct Leaf {
    ArraySpec spec;
    PlateLayout before = {}, after = {};
    Shape element = {}; ///< shape of one value
    Array old = {};
    bool isNamed = false, isWhole = false;
    Array whole = {}; ///< new values of the elements that are there before and after
    std::map<Shape, Array> elements = {};
    std::map<size_t, Array> added = {};                           ///< by the plate that grows, counted from 0
    std::set<size_t> drawnPlates = {};                            ///< of `added`, which stand for draws
    std::map<size_t, std::map<Shape, Array>> gainedElements = {}; ///< likewise, one by one
    Shape arrayShape() const;                                     ///< of the new leaf
    /// The plate that grows so that an element is there which was not.
    std::optional<size_t> gainedBy(const Shape &indices) const { return before.firstOutside(indices); }

    // Not of ragged plates.
    Shape common() const; ///< plate lengths of what is there before and after
    /// The region of the new leaf that is there because plate `d` grows.
    std::pair<Shape, Shape> gained(size_t d) const;
  };

  void collectLeaves();
  void collectArguments();
  /// Shapes of all leaves, plates first, for some arguments.
  std::map<std::string, Shape> leafShapes(const Arrays &arguments) const;
  Leaf &leafOf(const Pattern &entry);

  void take(const ChoiceMap &values);
  void takeDraws(const ChoiceMap &draws);
  void takeWhole(Leaf &leaf, const ChoiceValue &value);
  void takeElements(Leaf &leaf, const Pattern &entry, const ChoiceValue &value);
  void expectLength(const Leaf &leaf, const Pattern &entry, const Shape &indices) const;
  void addElement(Leaf &leaf, const Shape &indices, const Array &value);
  void joinGained(Leaf &leaf);
  Array convert(const ChoiceValue &value, const Leaf &leaf, const Shape &shape,
                const std::string &address) const;
  void select(const Selection &selection);
  void makeLists();

  std::string request(const char *operation) const;
  void bindInputs(const std::string &request);
  Array constraintFor(const std::string &name);
  Array wholeWith(const Leaf &leaf) const;
  Array listedWith(const Leaf &leaf) const;
  Array maskFor(const std::string &name);
  int64_t longestOfPlate(const std::string &plate) const;
  Leaf &leafNamed(const std::string &pattern);
  TraceChange finish(const std::string &text, bool isRegenerate);
  void addMoves(TraceChange &change, bool isRegenerate) const;
  TraceChange::Move moveOf(const Leaf &leaf, const Arrays &drawn, bool fromKernel) const;
  void addExtensions(TraceChange &change) const;
  void addDiscarded(TraceChange &change) const;
  void discardGone(const Leaf &leaf, bool all, TraceChange &change) const;

  // ChangeRows.cpp: leaves of ragged plates.
  bool isOffsets(const std::string &argument) const;
  void collectOffsets(const std::string &name, const Array &value);
  void settleRaggedData();
  Array offsetsOf(const ArraySpec &leaf, const Arrays &arguments) const;
  void selectRows(Leaf &leaf, const Selection &selection);
  std::set<size_t> grownPlates(const Leaf &leaf) const;
  int64_t gainedCount(const Leaf &leaf, size_t plate) const;
  Array keptRows(const Leaf &leaf) const;
  Array newRows(const Leaf &leaf, const TraceChange &change, bool isRegenerate) const;
  void discardRows(const Leaf &leaf, TraceChange &change) const;

  const Trace &trace;
  const ChangeOptions &options;
  std::vector<Leaf> leaves;
  std::map<std::string, std::string> changes; ///< argument -> suffix of the request grammar
  ElementLists lists;
  Inputs inputs;
};

} // namespace genfuse

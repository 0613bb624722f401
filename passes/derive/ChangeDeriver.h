// The derivation of update, regenerate and project. Each file ChangeXxx.cpp implements one group of members.
#pragma once

#include "passes/derive/Changes.h"
#include "passes/derive/Derivation.h"
#include <map>
#include <set>

namespace genfuse {

/// Values of a model before and after the change. Where they cannot differ, only the first is made.
enum class Version { before, after };

/// A block of the model that is being evaluated, for some elements of its plate.
struct Frame {
  mlir::Block *source;
  mlir::Block *target;
  Level level{};
  mlir::Value index{};    ///< of the element
  mlir::Value position{}; ///< of the iteration that handles it
  llvm::DenseMap<mlir::Value, mlir::Value> before{}, after{};
};

/// Starts from what is asked for (the log densities that may differ, draws, the return value) and makes only
/// what they need, so the Markov blanket of a change is all the work there is.
class ChangeDeriver : public Derivation {
public:
  using Derivation::Derivation;

  /// Leaves whose lists reach beyond their own elements: they are taken as a whole, with a mask where drawn.
  std::set<size_t> whole;
  /// Whether `whole` has grown: the derivation has to start again.
  bool restart = false;

  mlir::FailureOr<mlir::func::FuncOp> run();

private:
  using Value = mlir::Value;
  struct Totals {
    Value weight, change; ///< of the score
  };

  // ChangeRequest.cpp: names, inputs, results.
  mlir::LogicalResult resolve();
  mlir::LogicalResult resolveName(llvm::StringRef name);
  mlir::LogicalResult resolveArguments();
  mlir::LogicalResult buildArguments();
  mlir::FailureOr<Value> addNewArgument(mlir::BlockArgument argument, const ArgumentChange &change);
  /// An input that is made when it is first asked for: the elements of a leaf in a region.
  Value input(llvm::StringRef role, size_t choice, const Region &region, mlir::Type element);
  /// The list of elements of the innermost plate.
  Value listOf(gen::MapOp plate);
  /// Whether arrays for the region hold the rows of a ragged plate one after the other, as its new leaf does.
  bool isFlat(size_t choice, const Region &region) const;
  bool isFlat(const Choice &choice, const Region &region) const;
  /// Sizes of the levels of a region that have one, as texts and as far as they are static.
  mlir::SmallVector<std::string> levelShape(const Choice &choice, const Region &region);
  mlir::SmallVector<int64_t> levelSizes(const Choice &choice, const Region &region);
  mlir::SmallVector<std::string> regionShape(size_t choice, const Region &region);
  std::string addedSize(gen::MapOp plate);
  const Choice &anyChoiceIn(gen::MapOp plate) const;
  void addChecks();
  mlir::LogicalResult addReturn();

  // ChangeValues.cpp: values, by need.
  Value get(Value value, Version version);
  mlir::SmallVector<Value> get(mlir::ValueRange values, Version version);
  Value make(Value value, Version version);
  Value choiceValue(size_t choice, Version version);
  /// The value of a choice in the region in which it is overwritten or drawn; `condition`, if it is set, says
  /// for which elements of the frame it holds. Null if for none.
  Value newValue(size_t choice, Value &condition);
  Value drawnValue(size_t choice);
  Value plateResult(gen::MapOp plate, unsigned result, Version version);
  Value replace(Value condition, Value yes, Value no, mlir::Location loc);

  // ChangeValues.cpp: sweeps over elements of a plate.
  struct Yield {
    mlir::SmallVector<Value> sums, stacks;
  };
  mlir::SmallVector<Value> sweep(gen::MapOp plate, Level level, Value count,
                                 llvm::function_ref<Yield()> body);
  Value countOf(gen::MapOp plate, Level level, Version version);
  Value indexOf(gen::MapOp plate, Level level, Value position);
  Value subtract(Value left, Value right, mlir::Location loc);

  // ChangeValues.cpp: where in the model the evaluation is.
  Frame &frame() { return *frames.back(); }
  Region region() const;
  mlir::SmallVector<Value> indices() const;
  /// Where the leaf of the trace holds the current element.
  mlir::SmallVector<Value> leafPlaces();
  /// Where an input for the region holds the current element.
  mlir::SmallVector<Value> places();
  /// The index of the current element of a row among those of all rows.
  Value flatIndex(const Frame &frame, Version version);
  bool hasLevel(Level::Kind kind) const;
  bool isNew() const { return hasLevel(Level::Kind::added); }
  bool isGone() const { return hasLevel(Level::Kind::removed); }
  LengthChange lengthChange(gen::MapOp plate) const;

  // ChangeTerms.cpp: the sums.
  Totals terms(mlir::Block &block);
  Totals plateTerms(gen::MapOp plate);
  std::set<Level> levelsOf(gen::MapOp plate);
  bool isScored(size_t choice);
  void addTerm(size_t choice, Totals &totals);
  void add(Totals &totals, Value weight, Value change, mlir::Location loc);
  /// Whether a mask says which elements of the region are selected: a list holds those of other leaves too.
  bool isMasked(size_t choice, const Region &region) const;
  Value density(size_t choice, Version version);
  bool isGiven(size_t choice, const Region &region) const;
  std::vector<Region> drawnRegions(size_t choice);
  Value drawnLeaf(size_t choice, const Region &region, size_t depth = 0);
  Value startOf(gen::MapOp plate, Level level);
  Value placed(gen::MapOp plate, Value rowPart, Value start);

  bool is(GfiOperation operation) const { return request.operation == operation; }

  std::vector<std::optional<Region>> overwritten; ///< given or selected, among the elements of the trace
  std::vector<std::optional<Region>> projected;
  std::vector<std::vector<Region>> extensions; ///< given among the elements that are added
  std::optional<Changes> changes;
  std::vector<Value> leaves;
  std::map<std::string, Value> inputs; ///< by role and name
  std::vector<Frame *> frames;         ///< innermost last
  std::vector<std::string> checks;
  bool broken = false;
};

} // namespace genfuse

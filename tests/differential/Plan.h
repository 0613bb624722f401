// A random model as data: what the generator builds, the shrinker edits and the printer writes as text.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace genfuse::differential {

/// One dimension: a fixed number, a symbol of the function (each the size of one of its arguments) plus a
/// fixed number, or the length of a row of ragged data.
struct Size {
  int symbol = -1;
  int64_t fixed = 0;
  int row = -1; ///< the value that is the row's length

  static Size of(int64_t number) { return {-1, number}; }
  static Size named(int symbol, int64_t plus = 0) { return {symbol, plus}; }
  static Size ofRow(int length) { return {-1, 0, length}; }
  bool isDynamic() const { return symbol >= 0 || row >= 0; }
  friend bool operator==(const Size &, const Size &) = default;
};

enum class Scalar { real, integer, boolean, index };

struct Type {
  Scalar scalar = Scalar::real;
  std::vector<Size> shape;

  std::string text() const; ///< f64, tensor<?x3xf64>
  friend bool operator==(const Type &, const Type &) = default;
};

/// What the sizes of an experiment are.
struct Sizes {
  /// Stands for the length of a row, which is no number.
  static constexpr int64_t ofRow = -1;

  std::vector<int64_t> symbols;
  std::vector<int64_t> offsets; ///< of the ragged data, if the plan has any: [rows + 1]

  int64_t at(const Size &size) const;
  std::vector<int64_t> shapeOf(const Type &type) const;
  friend bool operator==(const Sizes &, const Sizes &) = default;
};

enum class Kind { constant, operation, sample, plate, call, parameter, row };

/// A statement. Values have numbers; one that is -1 is none.
struct Node {
  Kind kind = Kind::operation;
  /// The op (`arith.addf`), the distribution, the called function, the parameter's name.
  std::string name;
  std::string address;   ///< of a sample, plate or call; may be empty
  std::string attribute; ///< einsum's letters, a comparison's predicate, a constant's text
  std::vector<int> operands;
  int result = -1;
  Type type; ///< of the result
  /// Of a row, `start, rowLength = gen.row operands[0] of operands[1] in length`; its result is the start.
  int rowLength = -1;
  // Of a plate:
  Size length;
  int index = -1;
  std::vector<Node> body;
  std::vector<int> yields; ///< values of the body
  std::vector<int> stacks; ///< the plate's results, one a yield
  std::vector<Type> stackTypes;
  // Of a call: the caller's size for each of the callee's symbols.
  std::vector<Size> sizes;
};

struct Argument {
  std::string name;
  Type type;
  int value = -1;
};

struct Function {
  std::string name;
  std::vector<Argument> arguments;
  std::vector<Node> body;
  int returned = -1;
  int symbols = 0;
};

/// Rows of different lengths in the model's arguments.
struct Ragged {
  std::string offsets;       ///< the argument
  int rows = -1, total = -1; ///< symbols
};

/// The last function is the model.
struct Plan {
  std::vector<Function> functions;
  std::optional<Ragged> ragged;
  /// Symbols of the last function that are at least 1 (tables of computed indices, categories).
  std::vector<bool> notEmpty;

  const Function &entry() const { return functions.back(); }
  const Function *find(const std::string &name) const;
  /// Whether a statement reads rows.
  bool hasRows() const;
  std::string text() const;
};

/// The types of all values of a function.
std::map<int, Type> typesOf(const Function &function);

/// A leaf of the model's traces.
struct Leaf {
  std::string pattern; ///< `rows/*/y`
  std::string distribution;
  Scalar scalar = Scalar::real;
  std::vector<int64_t> plates;  ///< lengths, outermost first; Sizes::ofRow is the second's if it is ragged
  std::vector<int64_t> shape;   ///< of one value
  std::vector<int64_t> offsets; ///< of a ragged leaf

  /// Of the array of all values: of a ragged leaf, the rows one after the other.
  std::vector<int64_t> arrayShape() const;
};

/// The leaves of a plan, for given sizes of the entry.
std::vector<Leaf> leavesOf(const Plan &plan, const Sizes &sizes);

/// A parameter of the model.
struct Parameter {
  std::string path;
  std::vector<int64_t> shape;
};
std::vector<Parameter> parametersOf(const Plan &plan, const Sizes &sizes);

} // namespace genfuse::differential

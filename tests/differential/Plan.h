// A random model as data: what the generator builds, the shrinker edits and the printer writes as text.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace genfuse::differential {

/// One dimension: a fixed number, or a symbol of the function (each the size of one of its arguments).
struct Size {
  int symbol = -1;
  int64_t fixed = 0;

  static Size of(int64_t number) { return {-1, number}; }
  static Size named(int symbol) { return {symbol, 0}; }
  friend bool operator==(const Size &, const Size &) = default;
};

enum class Scalar { real, integer, boolean, index };

struct Type {
  Scalar scalar = Scalar::real;
  std::vector<Size> shape;

  std::string text() const; ///< f64, tensor<?x3xf64>
  friend bool operator==(const Type &, const Type &) = default;
};

enum class Kind { constant, operation, sample, plate, call, parameter };

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

/// The last function is the model.
struct Plan {
  std::vector<Function> functions;
  /// Symbols of the last function that are at least 1 (tables of computed indices, categories).
  std::vector<bool> notEmpty;

  const Function &entry() const { return functions.back(); }
  const Function *find(const std::string &name) const;
  std::string text() const;
};

/// The types of all values of a function.
std::map<int, Type> typesOf(const Function &function);

/// A leaf of the model's traces.
struct Leaf {
  std::string pattern; ///< `rows/*/y`
  std::string distribution;
  Scalar scalar = Scalar::real;
  std::vector<int64_t> plates; ///< lengths, outermost first
  std::vector<int64_t> shape;  ///< of one value
};

/// The leaves of a plan, for given values of the entry's symbols.
std::vector<Leaf> leavesOf(const Plan &plan, const std::vector<int64_t> &sizes);

/// A parameter of the model.
struct Parameter {
  std::string path;
  std::vector<int64_t> shape;
};
std::vector<Parameter> parametersOf(const Plan &plan, const std::vector<int64_t> &sizes);

} // namespace genfuse::differential

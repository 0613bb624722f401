// What a kernel takes and returns: the arrays behind its pointers, by name, with symbolic shapes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace genfuse {

enum class ElementType { f32, f64, i64, boolean };

/// What an array means to the interface.
enum class Role {
  argument,          ///< argument of the model
  parameter,         ///< trainable parameter
  choice,            ///< value of a random choice: an input if it is given, an output if it is drawn
  returnGradient,    ///< input: cotangent of the return value
  score,             ///< output, f64: log density of all choices
  weight,            ///< output, f64: see shared/cases for each operation
  returnValue,       ///< output
  argumentGradient,  ///< output
  choiceGradient,    ///< output
  parameterGradient, ///< accumulator: the kernel adds scale * gradient
  newArgument,       ///< a changed argument; `argument` is that of the trace
  constraint,        ///< input: new values of a choice, in the elements that its name says
  elements,          ///< input, i64: a list of elements of a plate, increasing; filled up with its length
  selected,          ///< input: which values of a choice are drawn again
  drawn,             ///< output: values drawn for a choice, in the elements that its name says
  scoreChange,       ///< output, f64: by how much the score of the trace differs
  count,             ///< accumulator, i64: how often the kernel computed the log density of this leaf
  scoreGradient,     ///< input: cotangent of the score (request flag `weighted`)
  result,            ///< output: a result of a procedure
};

/// constant + sum of coefficient * symbol.
struct Dimension {
  struct Term {
    int64_t coefficient;
    int symbol;
  };
  int64_t constant = 0;
  std::vector<Term> terms;
};

struct ArraySpec {
  std::string name; ///< `x` or `digits/W`; a choice in plates has a star per index: `image/*/y`
  Role role;
  ElementType type;
  std::vector<Dimension> shape; ///< without the instances
  bool batched = false;         ///< one value per instance; the instances are the last dimension of the array
  bool output = false;          ///< written by the kernel (an accumulator is read and written)
  std::vector<double> init;     ///< initial values of a parameter: none, one for all elements, or one each
  std::string offsets = {};     ///< of a leaf of a ragged plate: the argument with its offsets
};

/// What the kernel takes for granted about sizes: left = right, or left <= right.
struct SizeCheck {
  Dimension left, right;
  bool equal = true;
  std::string text;  ///< `xs.1 = w.0`
  std::string place; ///< where the model needs it: `model.cpp:7:12`
};

/// What the values of offsets have to be: rows that fill `size` elements, or rows that are no longer than
/// that.
struct OffsetsCheck {
  enum class Kind { total, longest };
  Kind kind = Kind::total;
  std::string argument; ///< that holds the offsets; followed by ' if it is a new argument
  Dimension size;
  std::string text;  ///< of the size: `s.0`
  std::string place; ///< where the model needs it
};

struct Signature {
  std::string entry;                ///< symbol of the kernel; its workspace function is entry + "_workspace"
  std::vector<std::string> symbols; ///< names of the symbolic dimensions, such as `xs.0`
  std::vector<ArraySpec> arrays;    ///< in the order of the pointers
  std::vector<SizeCheck> checks = {};
  std::vector<OffsetsCheck> offsets = {};
};

} // namespace genfuse

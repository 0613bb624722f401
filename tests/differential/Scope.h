// Building a function of a plan: statements, and the values that expressions may use.
#pragma once

#include "tests/differential/Plan.h"
#include "tests/differential/Random.h"
#include <functional>
#include <optional>

namespace genfuse::differential {

/// A value in scope. `bound` is about how large it may be; sums and products are kept below `Scope::limit`.
struct Operand {
  int value = -1;
  Type type;
  double bound = 1;
};

/// A function being built. Expressions are made of what is visible: values of the enclosing blocks.
class Scope {
public:
  static constexpr double limit = 6;

  /// `notEmpty`: where to note which symbols must be at least 1; null in a function that is called, whose
  /// sizes belong to its callers.
  Scope(Random &random, Function &function, int depth, std::vector<bool> *notEmpty)
      : random(random), function(function), notEmpty(notEmpty), depth(depth), body(&function.body) {}

  // Statements.
  Operand emit(const std::string &name, std::vector<Operand> operands, Type type, double bound,
               const std::string &attribute = "");
  Operand constant(double number);
  /// `shown`: expressions may use it.
  Operand addArgument(const std::string &name, Type type, double bound, bool shown = true);
  void show(const Operand &operand) { visible.push_back(operand); }
  /// Statements that `fill` emits go to the body of the plate; what they show is seen there only.
  void plate(Node &node, const std::function<void()> &fill);
  /// The row of ragged data that belongs to the plate around: its length is a size until the plate ends.
  void row(int offsets, const Size &total);
  Node &append(Node node);
  int newValue() { return next++; }

  // Expressions.
  Operand real() { return real(depth); }
  Operand real(int depth);
  Operand vector(const Size &size) { return vector(size, 1); }
  Operand boolean();
  /// `loose`: not the index of a plate, which reads only what is as long as the plate.
  Operand integer(bool loose = false);
  /// The number brought below `most`.
  Operand bounded(Operand operand, double most = limit);
  Operand positive();
  Operand probability();
  /// A vector of a random size; `table` if it must not be empty.
  Operand anyVector(bool table = false);
  Operand simplex();
  /// Of at least one element.
  Operand positiveVector();
  /// A lower triangular matrix with a positive diagonal, and zeros above it.
  Operand choleskyFactor(int64_t size);
  Operand squashed(Operand operand);

  /// A size in scope, or a small number; not that of a row.
  Size anySize();
  /// The length of the row, where there is one.
  std::optional<Size> rowSize() const { return ragged ? std::optional(ragged->size) : std::nullopt; }
  std::vector<Operand> visibleOf(Scalar scalar, size_t rank) const;
  const std::vector<Operand> &indices() const { return plateIndices; }
  size_t plateCount() const { return plates; }

private:
  Operand unary(const std::string &name, Operand x, double bound) { return emit(name, {x}, x.type, bound); }
  Operand leaf();
  Operand arithmetic(int depth);
  Operand elementary(Operand x);
  Operand choice(int depth);
  Operand reduction();
  Operand gather();
  Operand fromInteger();
  Operand vector(const Size &size, int depth);
  Operand vectorLeaf(const Size &size);
  Operand fill(double number, const Type &type);
  /// Whether the size is at least 1 from now on.
  bool forbidEmpty(const Size &size);

  Random &random;
  Function &function;
  std::vector<bool> *notEmpty;
  int depth;
  std::vector<Node> *body;
  std::vector<Operand> visible;
  /// What the plates around read: their indices, in arrays as long as they are. A ragged plate has two: the
  /// place in its row, and that in all rows.
  std::vector<Operand> plateIndices;
  std::vector<Size> plateSizes;
  size_t plates = 0;
  struct Row {
    Operand start;
    Size size, total;
  };
  std::optional<Row> ragged;
  int next = 0;
};

} // namespace genfuse::differential

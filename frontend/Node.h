// What every traced variable holds, and the operations on it that the typed interface is made of.
#pragma once

#include "frontend/Api.h"
#include "frontend/Located.h"
#include <cstdint>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <vector>

namespace genfuse::detail {

/// The type of a traced variable.
enum class Kind : std::uint8_t {
  real,
  integer,
  boolean,
  size,
  realVector,
  realMatrix,
  integerVector,
  integerMatrix,
  booleanVector
};

/// Always false, but only known to be so where T is known.
template <class T> inline constexpr bool never = false;

/// A literal, or a value of the trace under way. It has no number while tracing, so it converts to none.
class Node {
public:
  static Node ofReal(double value) {
    Node node(Kind::real);
    node.content.real = value;
    return node;
  }
  static Node ofInteger(std::int64_t value, Kind kind) {
    Node node(kind);
    node.content.integer = value;
    return node;
  }
  static Node ofValue(const void *value, std::uint64_t trace) {
    Node node(Kind::real);
    node.content.value = value;
    node.trace = trace;
    return node;
  }

  bool isLiteral() const { return trace == 0; }
  /// The kind of a literal.
  Kind literalKind() const { return kind; }
  double realLiteral() const { return content.real; }
  std::int64_t integerLiteral() const { return content.integer; }
  /// The number of the trace that a value belongs to (0 for a literal), and the value.
  std::uint64_t traceNumber() const { return trace; }
  const void *opaqueValue() const { return content.value; }

  template <class T>
  requires std::is_arithmetic_v<T>
  explicit operator T() const {
    if constexpr (std::is_same_v<T, bool>)
      static_assert(never<T>,
                    "a traced value is neither true nor false while the model is traced: choose a value "
                    "with gf::select(condition, a, b), a branch with gf::switch_, and repeat with gf::map "
                    "over gf::range(n) instead of a loop up to a symbolic size");
    else
      static_assert(never<T>,
                    "a traced value or symbolic size has no number while the model is traced: it is no "
                    "loop bound and no array size; repeat with gf::map over gf::range(n)");
    return T();
  }

private:
  explicit Node(Kind kind) : kind(kind) {}

  std::uint64_t trace = 0;
  union {
    double real;
    std::int64_t integer;
    const void *value;
  } content = {};
  Kind kind;
};

enum class Unary {
  negate,
  exp,
  log,
  log1p,
  expm1,
  sqrt,
  tanh,
  sin,
  cos,
  abs,
  sigmoid,
  logSigmoid,
  softplus,
  square,
  logicalNot
};

enum class Binary {
  add,
  subtract,
  multiply,
  divide,
  minimum,
  maximum,
  less,
  lessEqual,
  greater,
  greaterEqual,
  equal,
  notEqual,
  logicalAnd,
  logicalOr
};

/// An operation elementwise.
GENFUSE_API Node unary(Unary operation, const Node &x, SourceLocation where);
/// An operation elementwise; a scalar is broadcast to the other operand's shape. Throws Error where sizes
/// differ.
GENFUSE_API Node binary(Binary operation, const Node &a, const Node &b, SourceLocation where);
/// `a` where the condition holds, `b` elsewhere; scalars are broadcast.
GENFUSE_API Node choose(const Node &condition, const Node &a, const Node &b, SourceLocation where);
/// x multiplied by itself, |exponent| times in all.
GENFUSE_API Node power(const Node &x, std::int64_t exponent, SourceLocation where);
/// An integer, boolean or size as a real, elementwise.
GENFUSE_API Node toReal(const Node &x, SourceLocation where);
/// A size or boolean as an integer.
GENFUSE_API Node toInteger(const Node &x, SourceLocation where);

/// Sum of products; letters name dimensions.
GENFUSE_API Node einsum(const char *letters, std::initializer_list<Node> operands, SourceLocation where);
GENFUSE_API Node lowerTriangle(const Node &matrix, SourceLocation where);
/// The diagonal of a square matrix. Throws Error where its sizes are known and differ.
GENFUSE_API Node diagonal(const Node &matrix, SourceLocation where);
GENFUSE_API Node diagonalMatrix(const Node &vector, SourceLocation where);
/// y with L y = b for the lower triangle L, or with L' y = b. Throws Error where known sizes do not fit.
GENFUSE_API Node triangularSolve(const Node &matrix, const Node &vector, bool transposed,
                                 SourceLocation where);
/// Number of elements, as a real.
GENFUSE_API Node elementCount(const Node &x, SourceLocation where);
GENFUSE_API Node largest(const Node &vector, SourceLocation where);
GENFUSE_API Node logSumExp(const Node &vector, SourceLocation where);

GENFUSE_API Node dimension(const Node &tensor, unsigned number, SourceLocation where);
GENFUSE_API Node element(const Node &tensor, std::initializer_list<Node> indices, SourceLocation where);
/// The slice at one index of one dimension of a matrix.
GENFUSE_API Node slice(const Node &matrix, unsigned dimension, const Node &index, SourceLocation where);
/// `count` consecutive rows of a matrix or elements of a vector.
GENFUSE_API Node run(const Node &tensor, const Node &first, const Node &count, SourceLocation where);
GENFUSE_API Node fromElements(std::span<const Node> elements, SourceLocation where);
/// A matrix of elements by rows. Throws Error where rows differ in length.
GENFUSE_API Node fromRows(std::span<const std::vector<Node>> rows, SourceLocation where);
/// `width` is the row length of a matrix, 0 for a vector.
GENFUSE_API Node constantReals(std::span<const double> values, std::size_t width, SourceLocation where);
GENFUSE_API Node constantIntegers(std::span<const std::int64_t> values, SourceLocation where);
GENFUSE_API Node filled(const Node &size, const Node &value, SourceLocation where);

} // namespace genfuse::detail

// Reductions, products, and vectors and matrices made from numbers. Shapes stand in brackets.
#pragma once

#include "frontend/Functions.h"

namespace genfuse {

// Parts.

/// Rows `first` .. first + count - 1 of [n][m], or elements of [n]: a batch of the data. Each call checks
/// that there are `count`; a `first` that is out of range, or from which it would go past the end, gives the
/// last ones.
template <class T>
requires std::same_as<T, Vector> || std::same_as<T, Matrix> || std::same_as<T, IntVector> ||
    std::same_as<T, IntMatrix> || std::same_as<T, BoolVector>
        T take(const T &x, const At &first, const Size &count,
               SourceLocation where = SourceLocation::current()) {
  return T(detail::run(x, first, count, where));
}

// Reductions.

/// Sum of the elements of [n].
inline Real sum(const Vector &x, SourceLocation where = SourceLocation::current()) {
  return Real(detail::einsum("i->", {x}, where));
}
/// Sum of all elements of [n][m].
inline Real sum(const Matrix &x, SourceLocation where = SourceLocation::current()) {
  return Real(detail::einsum("ij->", {x}, where));
}
/// Mean of all elements; of none it is not a number.
inline Real mean(const Vector &x, SourceLocation where = SourceLocation::current()) {
  return Real(detail::binary(detail::Binary::divide, sum(x, where), detail::elementCount(x, where), where));
}
inline Real mean(const Matrix &x, SourceLocation where = SourceLocation::current()) {
  return Real(detail::binary(detail::Binary::divide, sum(x, where), detail::elementCount(x, where), where));
}
/// Largest element of [n]; the derivative is shared equally among the largest elements.
inline Real max(const Vector &x, SourceLocation where = SourceLocation::current()) {
  return Real(detail::largest(x, where));
}
/// Smallest element of [n].
inline Real min(const Vector &x, SourceLocation where = SourceLocation::current()) {
  detail::Node negated = detail::largest(detail::unary(detail::Unary::negate, x, where), where);
  return Real(detail::unary(detail::Unary::negate, negated, where));
}
/// log(sum(exp(x))) of [n], without overflow; elements may be minus infinity.
inline Real logsumexp(const Vector &x, SourceLocation where = SourceLocation::current()) {
  return Real(detail::logSumExp(x, where));
}

// Products.

/// [n], [n] -> a number
inline Real dot(const Vector &a, const Vector &b, SourceLocation where = SourceLocation::current()) {
  return Real(detail::einsum("i,i->", {a, b}, where));
}
/// [n][m], [m] -> [n]
inline Vector matvec(const Matrix &a, const Vector &x, SourceLocation where = SourceLocation::current()) {
  return Vector(detail::einsum("ij,j->i", {a, x}, where));
}
/// [n], [n][m] -> [m]
inline Vector vecmat(const Vector &x, const Matrix &a, SourceLocation where = SourceLocation::current()) {
  return Vector(detail::einsum("i,ij->j", {x, a}, where));
}
/// [n][k], [k][m] -> [n][m]
inline Matrix matmul(const Matrix &a, const Matrix &b, SourceLocation where = SourceLocation::current()) {
  return Matrix(detail::einsum("ik,kj->ij", {a, b}, where));
}
/// [n][m] -> [m][n]
inline Matrix transpose(const Matrix &a, SourceLocation where = SourceLocation::current()) {
  return Matrix(detail::einsum("ij->ji", {a}, where));
}
/// [n], [m] -> [n][m]
inline Matrix outer(const Vector &a, const Vector &b, SourceLocation where = SourceLocation::current()) {
  return Matrix(detail::einsum("i,j->ij", {a, b}, where));
}

// Triangular matrices, such as the Cholesky factor of a covariance.

/// [n][m] -> [n][m]: zero above the diagonal.
inline Matrix lower_triangle(const Matrix &a, SourceLocation where = SourceLocation::current()) {
  return Matrix(detail::lowerTriangle(a, where));
}
/// [n][n] -> [n]
inline Vector diagonal(const Matrix &a, SourceLocation where = SourceLocation::current()) {
  return Vector(detail::diagonal(a, where));
}
/// [n] -> [n][n]: zero beside the diagonal.
inline Matrix diagonal_matrix(const Vector &x, SourceLocation where = SourceLocation::current()) {
  return Matrix(detail::diagonalMatrix(x, where));
}
/// [n][n], [n] -> [n]: y with L y = b, where L is the lower triangle of `a` (what lies above is not read).
inline Vector triangular_solve(const Matrix &a, const Vector &b,
                               SourceLocation where = SourceLocation::current()) {
  return Vector(detail::triangularSolve(a, b, /*transposed=*/false, where));
}
/// [n][n], [n] -> [n]: y with L' y = b.
inline Vector transposed_triangular_solve(const Matrix &a, const Vector &b,
                                          SourceLocation where = SourceLocation::current()) {
  return Vector(detail::triangularSolve(a, b, /*transposed=*/true, where));
}

// Vectors and matrices from numbers.

/// The vector of the given elements.
inline Vector vector(std::initializer_list<Real> elements, SourceLocation where = SourceLocation::current()) {
  std::vector<detail::Node> nodes(elements.begin(), elements.end());
  return Vector(detail::fromElements(nodes, where));
}
/// The matrix of the given elements, by rows. Throws Error where rows differ in length.
inline Matrix matrix(std::initializer_list<std::initializer_list<Real>> rows,
                     SourceLocation where = SourceLocation::current()) {
  std::vector<std::vector<detail::Node>> nodes;
  for (const std::initializer_list<Real> &row : rows)
    nodes.emplace_back(row.begin(), row.end());
  return Matrix(detail::fromRows(nodes, where));
}
/// A vector of constants.
inline Vector constant(const std::vector<double> &values, SourceLocation where = SourceLocation::current()) {
  return Vector(detail::constantReals(values, 0, where));
}
/// A matrix of constants by rows of `width` numbers. Throws Error unless the number of values is a multiple
/// of it.
inline Matrix constant(const std::vector<double> &values, std::size_t width,
                       SourceLocation where = SourceLocation::current()) {
  return Matrix(detail::constantReals(values, width, where));
}
inline IntVector int_constant(const std::vector<std::int64_t> &values,
                              SourceLocation where = SourceLocation::current()) {
  return IntVector(detail::constantIntegers(values, where));
}
/// `size` times the same number.
inline Vector fill(const Size &size, const Real &value, SourceLocation where = SourceLocation::current()) {
  return Vector(detail::filled(size, value, where));
}

} // namespace genfuse

// Functions of traced values. Reals, vectors and matrices: elementwise; all are differentiated.
#pragma once

#include "frontend/Types.h"

namespace genfuse {

template <class T>
concept Continuous = std::same_as<T, Real> || std::same_as<T, Vector> || std::same_as<T, Matrix>;

template <class T>
concept RealArray = std::same_as<T, Vector> || std::same_as<T, Matrix>;

// Elementary functions, elementwise.

template <Continuous T> T exp(const T &x, SourceLocation where = SourceLocation::current()) {
  return T(detail::unary(detail::Unary::exp, x, where));
}
template <Continuous T> T log(const T &x, SourceLocation where = SourceLocation::current()) {
  return T(detail::unary(detail::Unary::log, x, where));
}
/// log(1 + x), accurate near 0.
template <Continuous T> T log1p(const T &x, SourceLocation where = SourceLocation::current()) {
  return T(detail::unary(detail::Unary::log1p, x, where));
}
/// exp(x) - 1, accurate near 0.
template <Continuous T> T expm1(const T &x, SourceLocation where = SourceLocation::current()) {
  return T(detail::unary(detail::Unary::expm1, x, where));
}
template <Continuous T> T sqrt(const T &x, SourceLocation where = SourceLocation::current()) {
  return T(detail::unary(detail::Unary::sqrt, x, where));
}
template <Continuous T> T tanh(const T &x, SourceLocation where = SourceLocation::current()) {
  return T(detail::unary(detail::Unary::tanh, x, where));
}
template <Continuous T> T sin(const T &x, SourceLocation where = SourceLocation::current()) {
  return T(detail::unary(detail::Unary::sin, x, where));
}
template <Continuous T> T cos(const T &x, SourceLocation where = SourceLocation::current()) {
  return T(detail::unary(detail::Unary::cos, x, where));
}
/// |x|; its derivative at 0 is 1.
template <Continuous T> T abs(const T &x, SourceLocation where = SourceLocation::current()) {
  return T(detail::unary(detail::Unary::abs, x, where));
}
/// 1 / (1 + exp(-x)), without overflow.
template <Continuous T> T sigmoid(const T &x, SourceLocation where = SourceLocation::current()) {
  return T(detail::unary(detail::Unary::sigmoid, x, where));
}
/// log(sigmoid(x)) = -softplus(-x), without overflow.
template <Continuous T> T log_sigmoid(const T &x, SourceLocation where = SourceLocation::current()) {
  return T(detail::unary(detail::Unary::logSigmoid, x, where));
}
/// log(1 + exp(x)), without overflow.
template <Continuous T> T softplus(const T &x, SourceLocation where = SourceLocation::current()) {
  return T(detail::unary(detail::Unary::softplus, x, where));
}
template <Continuous T> T square(const T &x, SourceLocation where = SourceLocation::current()) {
  return T(detail::unary(detail::Unary::square, x, where));
}
/// x to a power that is a C++ number; a product of |exponent| factors.
template <Continuous T, IntegerLiteral N>
T pow(const T &x, N exponent, SourceLocation where = SourceLocation::current()) {
  return T(detail::power(x, exponent, where));
}

// Larger and smaller of two; where they are equal, the first counts for derivatives.

inline Real max(const Real &a, const Real &b, SourceLocation where = SourceLocation::current()) {
  return Real(detail::binary(detail::Binary::maximum, a, b, where));
}
inline Real min(const Real &a, const Real &b, SourceLocation where = SourceLocation::current()) {
  return Real(detail::binary(detail::Binary::minimum, a, b, where));
}
inline Int max(const Int &a, const Int &b, SourceLocation where = SourceLocation::current()) {
  return Int(detail::binary(detail::Binary::maximum, a, b, where));
}
inline Int min(const Int &a, const Int &b, SourceLocation where = SourceLocation::current()) {
  return Int(detail::binary(detail::Binary::minimum, a, b, where));
}
template <RealArray T>
T max(const T &a, const std::type_identity_t<T> &b, SourceLocation where = SourceLocation::current()) {
  return T(detail::binary(detail::Binary::maximum, a, b, where));
}
template <RealArray T>
T min(const T &a, const std::type_identity_t<T> &b, SourceLocation where = SourceLocation::current()) {
  return T(detail::binary(detail::Binary::minimum, a, b, where));
}
template <RealArray T> T max(const T &a, const Real &b, SourceLocation where = SourceLocation::current()) {
  return T(detail::binary(detail::Binary::maximum, a, b, where));
}
template <RealArray T> T min(const T &a, const Real &b, SourceLocation where = SourceLocation::current()) {
  return T(detail::binary(detail::Binary::minimum, a, b, where));
}

// select(condition, a, b): a where the condition holds, b elsewhere. Both are computed; no derivative of the
// one that is not taken enters.

inline Real select(const Bool &condition, const Real &a, const Real &b,
                   SourceLocation where = SourceLocation::current()) {
  return Real(detail::choose(condition, a, b, where));
}
inline Int select(const Bool &condition, const Int &a, const Int &b,
                  SourceLocation where = SourceLocation::current()) {
  return Int(detail::choose(condition, a, b, where));
}
inline Bool select(const Bool &condition, const Bool &a, const Bool &b,
                   SourceLocation where = SourceLocation::current()) {
  return Bool(detail::choose(condition, a, b, where));
}
inline Vector select(const Bool &condition, const Vector &a, const Vector &b,
                     SourceLocation where = SourceLocation::current()) {
  return Vector(detail::choose(condition, a, b, where));
}
inline Matrix select(const Bool &condition, const Matrix &a, const Matrix &b,
                     SourceLocation where = SourceLocation::current()) {
  return Matrix(detail::choose(condition, a, b, where));
}
inline Vector select(const BoolVector &condition, const Vector &a, const Vector &b,
                     SourceLocation where = SourceLocation::current()) {
  return Vector(detail::choose(condition, a, b, where));
}
inline Vector select(const BoolVector &condition, const Vector &a, const Real &b,
                     SourceLocation where = SourceLocation::current()) {
  return Vector(detail::choose(condition, a, b, where));
}
inline Vector select(const BoolVector &condition, const Real &a, const Vector &b,
                     SourceLocation where = SourceLocation::current()) {
  return Vector(detail::choose(condition, a, b, where));
}
inline Vector select(const BoolVector &condition, const Real &a, const Real &b,
                     SourceLocation where = SourceLocation::current()) {
  return Vector(detail::choose(condition, a, b, where));
}

// Conversions that have to be asked for. They have no derivative.

inline Real to_real(const Int &x, SourceLocation where = SourceLocation::current()) {
  return Real(detail::toReal(x, where));
}
/// 1 where true, 0 where false.
inline Real to_real(const Bool &x, SourceLocation where = SourceLocation::current()) {
  return Real(detail::toReal(x, where));
}
inline Real to_real(const Size &x, SourceLocation where = SourceLocation::current()) {
  return Real(detail::toReal(x, where));
}
inline Vector to_real(const IntVector &x, SourceLocation where = SourceLocation::current()) {
  return Vector(detail::toReal(x, where));
}
inline Vector to_real(const BoolVector &x, SourceLocation where = SourceLocation::current()) {
  return Vector(detail::toReal(x, where));
}
inline Int to_int(const Size &x, SourceLocation where = SourceLocation::current()) {
  return Int(detail::toInteger(x, where));
}
inline Int to_int(const Bool &x, SourceLocation where = SourceLocation::current()) {
  return Int(detail::toInteger(x, where));
}

} // namespace genfuse

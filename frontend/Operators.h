// Operators as mix-ins: `struct Real : detail::Field<Real, Real, Real>` gives Real its + - * /.
#pragma once

#include "frontend/Node.h"

namespace genfuse::detail {

/// a + b, a - b, a * b and the assignments, for A and B with a result of type R.
template <class A, class B, class R> struct Ring {
  friend R operator+(Located<A> a, Located<B> b) { return R(binary(Binary::add, a.value, b.value, a.where)); }
  friend R operator-(Located<A> a, Located<B> b) {
    return R(binary(Binary::subtract, a.value, b.value, a.where));
  }
  friend R operator*(Located<A> a, Located<B> b) {
    return R(binary(Binary::multiply, a.value, b.value, a.where));
  }
  friend A &operator+=(A &a, Located<B> b) requires std::same_as<A, R> {
    return a = R(binary(Binary::add, a, b.value, b.where));
  }
  friend A &operator-=(A &a, Located<B> b) requires std::same_as<A, R> {
    return a = R(binary(Binary::subtract, a, b.value, b.where));
  }
  friend A &operator*=(A &a, Located<B> b) requires std::same_as<A, R> {
    return a = R(binary(Binary::multiply, a, b.value, b.where));
  }
};

/// A ring with division.
template <class A, class B, class R> struct Field : Ring<A, B, R> {
  friend R operator/(Located<A> a, Located<B> b) {
    return R(binary(Binary::divide, a.value, b.value, a.where));
  }
  friend A &operator/=(A &a, Located<B> b) requires std::same_as<A, R> {
    return a = R(binary(Binary::divide, a, b.value, b.where));
  }
};

/// -a
template <class A> struct Negation {
  friend A operator-(Located<A> a) { return A(unary(Unary::negate, a.value, a.where)); }
};

/// a == b, a != b
template <class A, class B, class R> struct Equality {
  friend R operator==(Located<A> a, Located<B> b) {
    return R(binary(Binary::equal, a.value, b.value, a.where));
  }
  friend R operator!=(Located<A> a, Located<B> b) {
    return R(binary(Binary::notEqual, a.value, b.value, a.where));
  }
};

/// All six comparisons.
template <class A, class B, class R> struct Order : Equality<A, B, R> {
  friend R operator<(Located<A> a, Located<B> b) {
    return R(binary(Binary::less, a.value, b.value, a.where));
  }
  friend R operator<=(Located<A> a, Located<B> b) {
    return R(binary(Binary::lessEqual, a.value, b.value, a.where));
  }
  friend R operator>(Located<A> a, Located<B> b) {
    return R(binary(Binary::greater, a.value, b.value, a.where));
  }
  friend R operator>=(Located<A> a, Located<B> b) {
    return R(binary(Binary::greaterEqual, a.value, b.value, a.where));
  }
};

/// a && b, a || b, !a. Both sides are always evaluated. The left operand is taken as it is, so that these are
/// better than the language's own; where no operand can say its line, it is the line that made the operand.
template <class A> struct Logic {
  friend A operator&&(const A &a, Located<A> b) { return A(binary(Binary::logicalAnd, a, b.value, b.where)); }
  friend A operator||(const A &a, Located<A> b) { return A(binary(Binary::logicalOr, a, b.value, b.where)); }
  friend A operator&&(bool a, const A &b) {
    return A(binary(Binary::logicalAnd, b, literal(a), SourceLocation()));
  }
  friend A operator||(bool a, const A &b) {
    return A(binary(Binary::logicalOr, b, literal(a), SourceLocation()));
  }
  friend A operator&&(const A &a, bool b) { return b && a; }
  friend A operator||(const A &a, bool b) { return b || a; }
  friend A operator!(const A &a) { return A(unary(Unary::logicalNot, a, SourceLocation())); }

private:
  static Node literal(bool value) { return Node::ofInteger(value, Kind::boolean); }
};

} // namespace genfuse::detail

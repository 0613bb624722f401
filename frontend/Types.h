// The types of traced variables. A C++ number converts to the scalar of its kind and nothing else does: a
// mismatch is a compile error, never a conversion (use gf::to_real and gf::to_int).
#pragma once

#include "frontend/Operators.h"

namespace genfuse {

class Vector;
class Matrix;
class IntVector;

template <class T>
concept IntegerLiteral = std::integral<T> && !std::same_as<T, bool>;
template <class T>
concept RealLiteral = std::floating_point<T> || IntegerLiteral<T>;

/// A truth value. `&&`, `||`, `!`, `==`, `!=` give truth values; gf::select chooses by one.
class Bool : public detail::Node, detail::Logic<Bool>, detail::Equality<Bool, Bool, Bool> {
public:
  template <std::same_as<bool> T> Bool(T value) : Node(ofInteger(value, detail::Kind::boolean)) {}
  template <std::same_as<Node> N> explicit Bool(const N &node) : Node(node) {}
};

/// A real number; the compile option `real` decides how many bits it has.
class Real : public detail::Node,
             detail::Field<Real, Real, Real>,
             detail::Negation<Real>,
             detail::Order<Real, Real, Bool> {
public:
  template <RealLiteral T> Real(T value) : Node(ofReal(static_cast<double>(value))) {}
  template <std::same_as<Node> N> explicit Real(const N &node) : Node(node) {}
};

/// An integer of 64 bits. There is no division.
class Int : public detail::Node,
            detail::Ring<Int, Int, Int>,
            detail::Negation<Int>,
            detail::Order<Int, Int, Bool> {
public:
  template <IntegerLiteral T> Int(T value) : Node(ofInteger(value, detail::Kind::integer)) {}
  template <std::same_as<Node> N> explicit Int(const N &node) : Node(node) {}
};

/// A size that is known only when a compiled program is called, or an index up to one.
class Size : public detail::Node, detail::Ring<Size, Size, Size>, detail::Order<Size, Size, Bool> {
public:
  template <IntegerLiteral T> Size(T value) : Node(ofInteger(value, detail::Kind::size)) {}
  template <std::same_as<Node> N> explicit Size(const N &node) : Node(node) {}
};

/// The index that gf::map over gf::range hands to its body.
using Index = Size;

/// A place in a vector or matrix: a number, an Index, or an Int such as a sampled class. Numbers count from
/// 0; an Int that is out of range reads the last element (checked mode: an error).
class At : public detail::Node {
public:
  template <IntegerLiteral T> At(T value) : Node(ofInteger(value, detail::Kind::size)) {}
  At(const Size &index) : Node(index) {}
  At(const Int &index) : Node(asIndex(index)) {}

private:
  static Node asIndex(const Node &index) {
    return index.isLiteral() ? ofInteger(index.integerLiteral(), detail::Kind::size) : index;
  }
};

/// Truth values, [n].
class BoolVector : public detail::Node,
                   detail::Logic<BoolVector>,
                   detail::Equality<BoolVector, BoolVector, BoolVector> {
public:
  template <std::same_as<Node> N> explicit BoolVector(const N &node) : Node(node) {}
  Bool operator[](Located<At> i) const { return Bool(detail::element(*this, {i.value}, i.where)); }
  Size size(SourceLocation where = SourceLocation::current()) const {
    return Size(detail::dimension(*this, 0, where));
  }
};

/// Reals, [n]. Operators work elementwise; a Real is broadcast.
class Vector : public detail::Node,
               detail::Field<Vector, Vector, Vector>,
               detail::Field<Vector, Real, Vector>,
               detail::Field<Real, Vector, Vector>,
               detail::Negation<Vector>,
               detail::Order<Vector, Vector, BoolVector>,
               detail::Order<Vector, Real, BoolVector>,
               detail::Order<Real, Vector, BoolVector> {
public:
  template <std::same_as<Node> N> explicit Vector(const N &node) : Node(node) {}
  Real operator[](Located<At> i) const { return Real(detail::element(*this, {i.value}, i.where)); }
  Size size(SourceLocation where = SourceLocation::current()) const {
    return Size(detail::dimension(*this, 0, where));
  }
};

/// Reals, [rows][cols]. Operators work elementwise; a Real is broadcast.
class Matrix : public detail::Node,
               detail::Field<Matrix, Matrix, Matrix>,
               detail::Field<Matrix, Real, Matrix>,
               detail::Field<Real, Matrix, Matrix>,
               detail::Negation<Matrix> {
public:
  template <std::same_as<Node> N> explicit Matrix(const N &node) : Node(node) {}
  Real operator()(At i, At j, SourceLocation where = SourceLocation::current()) const {
    return Real(detail::element(*this, {i, j}, where));
  }
  Vector row(At i, SourceLocation where = SourceLocation::current()) const {
    return Vector(detail::slice(*this, 0, i, where));
  }
  Vector col(At j, SourceLocation where = SourceLocation::current()) const {
    return Vector(detail::slice(*this, 1, j, where));
  }
  Size rows(SourceLocation where = SourceLocation::current()) const {
    return Size(detail::dimension(*this, 0, where));
  }
  Size cols(SourceLocation where = SourceLocation::current()) const {
    return Size(detail::dimension(*this, 1, where));
  }
};

/// Integers, [n].
class IntVector : public detail::Node,
                  detail::Ring<IntVector, IntVector, IntVector>,
                  detail::Ring<IntVector, Int, IntVector>,
                  detail::Ring<Int, IntVector, IntVector>,
                  detail::Order<IntVector, IntVector, BoolVector>,
                  detail::Order<IntVector, Int, BoolVector> {
public:
  template <std::same_as<Node> N> explicit IntVector(const N &node) : Node(node) {}
  Int operator[](Located<At> i) const { return Int(detail::element(*this, {i.value}, i.where)); }
  Size size(SourceLocation where = SourceLocation::current()) const {
    return Size(detail::dimension(*this, 0, where));
  }
};

/// Integers, [rows][cols].
class IntMatrix : public detail::Node {
public:
  template <std::same_as<Node> N> explicit IntMatrix(const N &node) : Node(node) {}
  Int operator()(At i, At j, SourceLocation where = SourceLocation::current()) const {
    return Int(detail::element(*this, {i, j}, where));
  }
  IntVector row(At i, SourceLocation where = SourceLocation::current()) const {
    return IntVector(detail::slice(*this, 0, i, where));
  }
  Size rows(SourceLocation where = SourceLocation::current()) const {
    return Size(detail::dimension(*this, 0, where));
  }
  Size cols(SourceLocation where = SourceLocation::current()) const {
    return Size(detail::dimension(*this, 1, where));
  }
};

namespace detail {

/// Facts about the types above: the kind, and the type of many of them (what a plate collects).
template <class T> struct Facts;
template <Kind K, class M> struct FactsOf {
  static constexpr Kind kind = K;
  using Many = M;
};
struct NotCollected;
template <> struct Facts<Real> : FactsOf<Kind::real, Vector> {};
template <> struct Facts<Int> : FactsOf<Kind::integer, IntVector> {};
template <> struct Facts<Bool> : FactsOf<Kind::boolean, BoolVector> {};
template <> struct Facts<Vector> : FactsOf<Kind::realVector, Matrix> {};
template <> struct Facts<IntVector> : FactsOf<Kind::integerVector, IntMatrix> {};
template <> struct Facts<Matrix> : FactsOf<Kind::realMatrix, NotCollected> {};
template <> struct Facts<IntMatrix> : FactsOf<Kind::integerMatrix, NotCollected> {};
template <> struct Facts<BoolVector> : FactsOf<Kind::booleanVector, NotCollected> {};

} // namespace detail

/// A type that a model takes or returns.
template <class T>
concept Traced = requires {
  detail::Facts<T>::kind;
};

} // namespace genfuse

// The algebra in which the records of ir/dist compute with numbers, as passes/IrAlgebra.h emits IR.
#pragma once

#include "tests/reference/SpecialFunctions.h"
#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace genfuse::reference {

using Numbers = std::vector<Number>;
using Flags = std::vector<bool>;

/// A square matrix by rows.
struct SquareMatrix {
  size_t size;
  Numbers elements;
  Number at(size_t i, size_t j) const { return elements.at(i * size + j); }
};

template <class F> Numbers each(const Numbers &a, const Numbers &b, F f) {
  Numbers result;
  for (size_t i = 0; i < a.size(); ++i)
    result.push_back(f(a[i], b.at(i)));
  return result;
}
template <class F> Numbers each(const Numbers &a, F f) {
  return each(a, a, [&](Number x, Number) { return f(x); });
}
inline Numbers operator+(const Numbers &a, const Numbers &b) {
  return each(a, b, [](Number x, Number y) { return x + y; });
}
inline Numbers operator-(const Numbers &a, const Numbers &b) {
  return each(a, b, [](Number x, Number y) { return x - y; });
}

struct NumberAlgebra {
  using Real = Number;
  using Boolean = bool;
  using Integer = int64_t;
  using Vector = Numbers;
  using Matrix = SquareMatrix;

  template <class T> static Real real(const T &, double value) { return value; }
  template <class T> static Real minusInfinity(const T &) { return -std::numeric_limits<double>::infinity(); }
  template <class T> static Real infinity(const T &) { return std::numeric_limits<double>::infinity(); }
  template <class T> static Integer integer(const T &, int64_t value) { return value; }
  static Real toReal(Integer i) { return double(i); }
  static Real exp(Real x) { return reference::exp(x); }
  static Real log(Real x) { return reference::log(x); }
  static Real log1p(Real x) { return reference::log1p(x); }
  static Real sqrt(Real x) { return reference::sqrt(x); }
  static Real abs(Real x) { return reference::abs(x); }
  static Real lgamma(Real x) { return reference::lgamma(x); }
  static Real stirling(Real n) { return reference::stirling(n); }
  static Real halfStep(Real n) { return reference::halfStep(n); }
  static Real deviance(Real n, Real y) { return reference::deviance(n, y); }
  static Real log1pSquare(Real z, Real n) { return reference::log1pSquare(z, n); }
  static Real positivePart(Real x) { return x.value >= 0 ? x : Real(0); }
  static Real select(Boolean condition, Real yes, Real no) { return condition ? yes : no; }
  static Boolean both(Boolean a, Boolean b) { return a && b; }
  static Boolean equal(Real a, Real b) { return a.value == b.value; }
  static Boolean positive(Real x) { return x.value > 0; }
  static Boolean notNegative(Real x) { return x.value >= 0; }

  static Boolean validIndex(const Vector &v, Integer i) {
    return 0 <= i && i < static_cast<Integer>(v.size());
  }
  static Real element(const Vector &v, Integer i) { return v.at(validIndex(v, i) ? i : 0); }
  static Vector exp(const Vector &v) { return each(v, reference::exp); }
  static Vector log(const Vector &v) { return each(v, reference::log); }
  static Vector stirling(const Vector &n) { return each(n, reference::stirling); }
  static Vector deviance(const Vector &n, const Vector &y) { return each(n, y, reference::deviance); }
  static Vector shift(const Vector &v, Real s) {
    return each(v, [&](Number x) { return x + s; });
  }
  static Vector scale(const Vector &v, Real factor) {
    return each(v, [&](Number x) { return x * factor; });
  }
  static Vector over(const Vector &v, Real divisor) {
    return each(v, [&](Number x) { return x / divisor; });
  }
  static Vector fill(const Vector &like, Real number) { return Vector(like.size(), number); }
  static Real count(const Vector &v) { return double(v.size()); }
  template <class F> static Flags compare(const Vector &a, const Vector &b, F f) {
    Flags flags;
    for (size_t i = 0; i < a.size(); ++i)
      flags.push_back(f(a[i].value, b.at(i).value));
    return flags;
  }
  static Flags less(const Vector &a, const Vector &b) { return compare(a, b, std::less<double>()); }
  static Flags lessOrEqual(const Vector &a, const Vector &b) {
    return compare(a, b, std::less_equal<double>());
  }
  static Flags equal(const Vector &a, const Vector &b) { return compare(a, b, std::equal_to<double>()); }
  static Vector select(const Flags &flags, const Vector &yes, const Vector &no) {
    Vector result;
    for (size_t i = 0; i < flags.size(); ++i)
      result.push_back(flags[i] ? yes.at(i) : no.at(i));
    return result;
  }
  static Real detachedMax(const Vector &v) {
    double most = -std::numeric_limits<double>::infinity();
    for (Number x : v)
      most = std::max(most, x.value);
    return most;
  }
  static Real sum(const Vector &v) {
    Real total = 0;
    for (Number x : v)
      total = total + x;
    return total;
  }
  static Real dot(const Vector &a, const Vector &b) {
    return sum(each(a, b, [](Number x, Number y) { return x * y; }));
  }
  static Vector diagonal(const Matrix &m) {
    Vector result;
    for (size_t i = 0; i < m.size; ++i)
      result.push_back(m.at(i, i));
    return result;
  }
  /// L^-1 v by forward substitution; the upper triangle is not read.
  static Vector triangularSolve(const Matrix &lower, const Vector &v) {
    Vector solution;
    for (size_t i = 0; i < lower.size; ++i) {
      Number rest = v.at(i);
      for (size_t j = 0; j < i; ++j)
        rest = rest - lower.at(i, j) * solution[j];
      solution.push_back(rest / lower.at(i, i));
    }
    return solution;
  }
};

} // namespace genfuse::reference

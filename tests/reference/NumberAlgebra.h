// The algebra in which the records of ir/dist compute with numbers, as passes/IrAlgebra.h emits IR.
#pragma once

#include "tests/reference/Number.h"
#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace genfuse::reference {

struct NumberAlgebra {
  using Real = Number;
  using Boolean = bool;
  using Integer = int64_t;
  using Vector = std::vector<Number>;

  template <class T> static Real real(const T &, double value) { return value; }
  template <class T> static Real minusInfinity(const T &) { return -std::numeric_limits<double>::infinity(); }
  static Real exp(Real x) { return reference::exp(x); }
  static Real log(Real x) { return reference::log(x); }
  static Real log1p(Real x) { return reference::log1p(x); }
  static Real abs(Real x) { return reference::abs(x); }
  static Real positivePart(Real x) { return x.value >= 0 ? x : Real(0); }
  static Real select(Boolean condition, Real yes, Real no) { return condition ? yes : no; }
  static Boolean both(Boolean a, Boolean b) { return a && b; }

  static Boolean validIndex(const Vector &v, Integer i) {
    return 0 <= i && i < static_cast<Integer>(v.size());
  }
  static Real element(const Vector &v, Integer i) { return v.at(validIndex(v, i) ? i : 0); }
  static Vector exp(const Vector &v) {
    Vector result;
    for (Number x : v)
      result.push_back(reference::exp(x));
    return result;
  }
  static Vector shift(const Vector &v, Real s) {
    Vector result;
    for (Number x : v)
      result.push_back(x + s);
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
};

} // namespace genfuse::reference

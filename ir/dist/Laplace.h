// laplace(loc, scale): the mean distance from loc is scale.
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct Laplace {
  static constexpr Record record{
      "laplace", Kind::real, "all reals", {{{"loc", Kind::real, "real"}, {"scale", Kind::real, "positive"}}},
      2,         true};

  /// At x = loc, where there is no derivative, that of x > loc counts.
  template <class A>
  static typename A::Real logpdf(typename A::Real x, typename A::Real loc, typename A::Real scale) {
    const double log2 = 0.69314718055994530942;
    return -(A::abs(x - loc) * (A::real(scale, 1.0) / scale)) - A::log(scale) - A::real(scale, log2);
  }

  template <class A>
  static typename A::Real sample(typename A::Source &source, typename A::Real loc, typename A::Real scale) {
    auto u = source.standardUniform() - A::real(loc, 0.5);
    auto distance = A::log1p(-(A::real(loc, 2.0) * A::abs(u))); // not positive
    return loc + scale * A::select(A::notNegative(u), -distance, distance);
  }
};

} // namespace genfuse::dist

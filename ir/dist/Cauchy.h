// cauchy(loc, scale).
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct Cauchy {
  static constexpr Record record{
      "cauchy", Kind::real, "all reals", {{{"loc", Kind::real, "real"}, {"scale", Kind::real, "positive"}}},
      2,        true};

  template <class A>
  static typename A::Real logpdf(typename A::Real x, typename A::Real loc, typename A::Real scale) {
    const double logPi = 1.14472988584940017414;
    auto z = (x - loc) * (A::real(scale, 1.0) / scale);
    return -A::log1pSquare(z, A::real(scale, 1.0)) - A::log(scale) - A::real(scale, logPi);
  }

  /// loc + scale tan(pi (u - 1/2)).
  template <class A>
  static typename A::Real sample(typename A::Source &source, typename A::Real loc, typename A::Real scale) {
    auto turn = source.standardUniform() - A::real(loc, 0.5);
    return loc + scale * (A::sinpi(turn) / A::cospi(turn));
  }
};

} // namespace genfuse::dist

// uniform(low, high) on the closed interval.
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct Uniform {
  static constexpr Record record{"uniform",
                                 Kind::real,
                                 "[low, high]",
                                 {{{"low", Kind::real, "real"}, {"high", Kind::real, "above low"}}},
                                 2,
                                 true};

  template <class A>
  static typename A::Real logpdf(typename A::Real x, typename A::Real low, typename A::Real high) {
    auto inside = A::both(low <= x, x <= high);
    return A::select(inside, -A::log(high - low), A::minusInfinity(low));
  }

  template <class A>
  static typename A::Real sample(typename A::Source &source, typename A::Real low, typename A::Real high) {
    return low + (high - low) * source.standardUniform();
  }
};

} // namespace genfuse::dist

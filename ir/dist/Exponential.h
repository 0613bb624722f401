// exponential(rate): the mean is 1 / rate.
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct Exponential {
  static constexpr Record record{"exponential", Kind::real, "x >= 0", {{{"rate", Kind::real, "positive"}}}, 1,
                                 true};

  template <class A> static typename A::Real logpdf(typename A::Real x, typename A::Real rate) {
    return A::select(A::notNegative(x), A::log(rate) - rate * x, A::minusInfinity(x));
  }

  template <class A> static typename A::Real sample(typename A::Source &source, typename A::Real rate) {
    return -A::log(source.standardUniform()) / rate;
  }
};

} // namespace genfuse::dist

// geometric(p): failures before the first success.
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct Geometric {
  static constexpr Record record{"geometric", Kind::integer, "0, 1, ..", {{{"p", Kind::real, "in (0, 1]"}}},
                                 1,           false};

  template <class A> static typename A::Real logpdf(typename A::Integer x, typename A::Real p) {
    auto zero = A::integer(x, 0);
    auto first = A::log(p), more = first + A::toReal(x) * A::log1p(-p); // 0 log 0 is 0
    return A::select(zero <= x, A::select(x <= zero, first, more), A::minusInfinity(p));
  }

  /// The integer part of an exponential variate of rate -log(1 - p).
  template <class A> static typename A::Integer sample(typename A::Source &source, typename A::Real p) {
    return A::toCount(A::floor(A::log(source.standardUniform()) / A::log1p(-p)));
  }
};

} // namespace genfuse::dist

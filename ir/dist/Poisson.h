// poisson(rate), with all its mass at 0 for a rate of 0.
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct Poisson {
  static constexpr Record record{
      "poisson", Kind::integer, "0, 1, ..", {{{"rate", Kind::real, "not negative"}}}, 1, false};

  /// x log(rate) - rate - log x! in the saddle-point form of runtime/device/saddle.h.
  template <class A> static typename A::Real logpdf(typename A::Integer x, typename A::Real rate) {
    auto inside = A::integer(x, 0) <= x;
    auto count = A::select(inside, A::toReal(x), A::real(rate, 0.0));
    return A::select(inside, -A::deviance(count, rate) - A::stirling(count), A::minusInfinity(rate));
  }

  template <class A> static typename A::Integer sample(typename A::Source &source, typename A::Real rate) {
    return A::toCount(source.poisson(rate));
  }
};

} // namespace genfuse::dist

// uniform_discrete(low, high), both included.
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct UniformDiscrete {
  static constexpr Record record{
      "uniform_discrete",
      Kind::integer,
      "low .. high",
      {{{"low", Kind::integer, "integer"}, {"high", Kind::integer, "not below low"}}},
      2,
      false};

  template <class A>
  static typename A::Real logpdf(typename A::Integer x, typename A::Integer low, typename A::Integer high) {
    auto size = A::toReal(high) - A::toReal(low) + A::real(x, 1.0);
    return A::select(A::both(low <= x, x <= high), -A::log(size), A::minusInfinity(x));
  }

  template <class A>
  static typename A::Integer sample(typename A::Source &source, typename A::Integer low,
                                    typename A::Integer high) {
    return source.integer(low, high);
  }
};

} // namespace genfuse::dist

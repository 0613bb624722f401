// gamma(shape, scale): the mean is shape times scale.
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct Gamma {
  static constexpr Record record{
      "gamma", Kind::real, "x >= 0", {{{"shape", Kind::real, "positive"}, {"scale", Kind::real, "positive"}}},
      2,       true};

  /// With y = x / scale, (shape - 1) log y - y - lgamma(shape) - log(scale) in the saddle-point form of
  /// runtime/device/saddle.h. At 0 the limit: inf, -log(scale) or -inf for a shape below, at or above 1.
  template <class A>
  static typename A::Real logpdf(typename A::Real x, typename A::Real shape, typename A::Real scale) {
    auto one = A::real(shape, 1.0), least = A::minusInfinity(shape);
    auto inside = A::positive(x);
    auto safe = A::select(inside, x, A::real(x, 1.0));
    auto y = safe * (one / scale);
    auto value = A::log(shape) - A::stirling(shape) - A::log(safe) - A::deviance(shape, y);
    auto limit = A::select(shape <= one, A::select(one <= shape, -A::log(scale), A::infinity(shape)), least);
    return A::select(inside, value, A::select(A::equal(x, A::real(x, 0.0)), limit, least));
  }

  template <class A>
  static typename A::Real sample(typename A::Source &source, typename A::Real shape, typename A::Real scale) {
    return scale * source.gamma(shape);
  }
};

} // namespace genfuse::dist

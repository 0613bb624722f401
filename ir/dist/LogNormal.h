// log_normal(mu, sigma): exp of normal(mu, sigma).
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct LogNormal {
  static constexpr Record record{
      "log_normal", Kind::real, "x > 0", {{{"mu", Kind::real, "real"}, {"sigma", Kind::real, "positive"}}}, 2,
      true};

  template <class A>
  static typename A::Real logpdf(typename A::Real x, typename A::Real mu, typename A::Real sigma) {
    const double halfLog2Pi = 0.91893853320467274178;
    auto inside = A::positive(x);
    auto logarithm = A::log(A::select(inside, x, A::real(x, 1.0)));
    auto z = (logarithm - mu) * (A::real(sigma, 1.0) / sigma);
    auto value = A::real(sigma, -0.5) * (z * z) - logarithm - A::log(sigma) - A::real(sigma, halfLog2Pi);
    return A::select(inside, value, A::minusInfinity(x));
  }

  template <class A>
  static typename A::Real sample(typename A::Source &source, typename A::Real mu, typename A::Real sigma) {
    return A::exp(mu + sigma * source.standardNormal());
  }
};

} // namespace genfuse::dist

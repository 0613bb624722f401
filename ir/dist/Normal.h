// normal(mu, sigma): sigma is the standard deviation.
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct Normal {
  static constexpr Record record{
      "normal", Kind::real, "all reals", {{{"mu", Kind::real, "real"}, {"sigma", Kind::real, "positive"}}},
      2,        true};

  template <class A>
  static typename A::Real logpdf(typename A::Real x, typename A::Real mu, typename A::Real sigma) {
    const double halfLog2Pi = 0.91893853320467274178;
    auto z = (x - mu) * (A::real(sigma, 1.0) / sigma);
    return A::real(sigma, -0.5) * (z * z) - A::log(sigma) - A::real(sigma, halfLog2Pi);
  }

  template <class A>
  static typename A::Real sample(typename A::Source &source, typename A::Real mu, typename A::Real sigma) {
    return mu + sigma * source.standardNormal();
  }
};

} // namespace genfuse::dist

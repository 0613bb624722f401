// student_t(nu, loc, scale): loc + scale t, with nu degrees of freedom.
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct StudentT {
  static constexpr Record record{
      "student_t",
      Kind::real,
      "all reals",
      {{{"nu", Kind::real, "positive"}, {"loc", Kind::real, "real"}, {"scale", Kind::real, "positive"}}},
      3,
      true};

  /// -(nu + 1)/2 log(1 + z^2/nu), and log(Gamma((nu + 1)/2) / Gamma(nu/2)) - log(nu pi)/2 without
  /// cancellation for large nu (half_step of runtime/device/saddle.h).
  template <class A>
  static typename A::Real logpdf(typename A::Real x, typename A::Real nu, typename A::Real loc,
                                 typename A::Real scale) {
    const double halfLog2Pi = 0.91893853320467274178;
    auto half = A::real(nu, 0.5);
    auto z = (x - loc) * (A::real(scale, 1.0) / scale);
    auto exponent = half * nu + half;
    return -(exponent * A::log1pSquare(z, nu)) + A::halfStep(half * nu) - A::log(scale) -
           A::real(nu, halfLog2Pi);
  }

  /// z sqrt(nu / (2 g)) with g of gamma(nu / 2, 1), by logarithms: g may underflow.
  template <class A>
  static typename A::Real sample(typename A::Source &source, typename A::Real nu, typename A::Real loc,
                                 typename A::Real scale) {
    auto half = A::real(nu, 0.5), shape = half * nu;
    auto stretch = A::exp(half * (A::log(shape) - source.logGamma(shape)));
    return loc + scale * (source.standardNormal() * stretch);
  }
};

} // namespace genfuse::dist

// mvnormal_cholesky(mu, chol_cov): covariance L L', where L is the lower triangle of chol_cov (what lies
// above its diagonal is not read). Like sigma of a normal, a diagonal element that is not positive is not
// caught here: the density is then no number or infinite.
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct MvNormalCholesky {
  static constexpr Record record{
      "mvnormal_cholesky",
      Kind::realVector,
      "all vectors",
      {{{"mu", Kind::realVector, "real", "k"},
        {"chol_cov", Kind::realMatrix, "lower triangular, with positive diagonal", "kk"}}},
      2,
      true,
      "k"};

  /// -|y|^2 / 2 - sum log L_ii - K log(2 pi) / 2 with y = L^-1 (x - mu).
  template <class A>
  static typename A::Real logpdf(typename A::Vector x, typename A::Vector mu, typename A::Matrix factor) {
    const double halfLog2Pi = 0.91893853320467274178;
    auto y = A::triangularSolve(factor, x - mu);
    return A::real(y, -0.5) * A::dot(y, y) - A::sum(A::log(A::diagonal(factor))) -
           A::real(y, halfLog2Pi) * A::count(mu);
  }

  /// mu + L z with standard normals z.
  template <class A>
  static typename A::Vector sample(typename A::Source &source, typename A::Vector mu,
                                   typename A::Matrix factor) {
    auto z = A::components(source, mu, [](auto &component, auto) { return component.standardNormal(); });
    return mu + A::triangularProduct(factor, z);
  }
};

} // namespace genfuse::dist

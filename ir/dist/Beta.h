// beta(alpha, beta) on [0, 1].
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct Beta {
  static constexpr Record record{
      "beta", Kind::real, "[0, 1]", {{{"alpha", Kind::real, "positive"}, {"beta", Kind::real, "positive"}}},
      2,      true};

  /// (alpha - 1) log x + (beta - 1) log(1 - x) - log B(alpha, beta), where the parts in alpha and beta are
  /// compared with those at the mean (runtime/device/saddle.h), so that large ones do not cancel. At the ends
  /// the limit: inf, log(other) or -inf for an exponent below, at or above 0.
  template <class A>
  static typename A::Real logpdf(typename A::Real x, typename A::Real alpha, typename A::Real beta) {
    auto zero = A::real(x, 0.0), one = A::real(x, 1.0), least = A::minusInfinity(x);
    auto y = one - x;
    auto inside = A::both(A::positive(x), A::positive(y));
    auto p = A::select(inside, x, A::real(x, 0.5)), q = A::select(inside, y, A::real(x, 0.5));
    auto total = alpha + beta;
    auto constant = A::log(alpha * (beta / total)) + (A::stirling(total) + A::deviance(total, total)) -
                    (A::stirling(alpha) + A::stirling(beta));
    auto value =
        constant - (A::log(p) + A::log(q)) - (A::deviance(alpha, total * p) + A::deviance(beta, total * q));
    auto limit = [&](typename A::Real exponent, typename A::Real other) {
      return A::select(exponent <= one, A::select(one <= exponent, A::log(other), A::infinity(x)), least);
    };
    auto end = A::select(A::equal(x, zero), limit(alpha, beta),
                         A::select(A::equal(y, zero), limit(beta, alpha), least));
    return A::select(inside, value, end);
  }

  template <class A>
  static typename A::Real sample(typename A::Source &source, typename A::Real alpha, typename A::Real beta) {
    return source.beta(alpha, beta);
  }
};

} // namespace genfuse::dist

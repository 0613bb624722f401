// binom(n, p): successes of n trials.
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct Binom {
  static constexpr Record record{
      "binom",  Kind::integer,
      "0 .. n", {{{"n", Kind::integer, "not negative"}, {"p", Kind::real, "in [0, 1]"}}},
      2,        false};

  /// With q = 1 - p: poisson(x; n p) poisson(n - x; n q) / poisson(n; n), a form without cancellation (Loader
  /// 2000; runtime/device/saddle.h).
  template <class A>
  static typename A::Real logpdf(typename A::Integer x, typename A::Integer n, typename A::Real p) {
    auto inside = A::both(A::integer(x, 0) <= x, x <= n);
    auto zero = A::real(p, 0.0), trials = A::select(inside, A::toReal(n), zero);
    auto yes = A::select(inside, A::toReal(x), zero), no = trials - yes;
    auto q = A::real(p, 1.0) - p;
    auto value = A::stirling(trials) - (A::stirling(yes) + A::stirling(no)) -
                 (A::deviance(yes, trials * p) + A::deviance(no, trials * q));
    return A::select(inside, value, A::minusInfinity(p));
  }

  template <class A>
  static typename A::Integer sample(typename A::Source &source, typename A::Integer n, typename A::Real p) {
    return A::toCount(source.binomial(A::toReal(n), p));
  }
};

} // namespace genfuse::dist

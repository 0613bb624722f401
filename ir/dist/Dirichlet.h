// dirichlet(alpha) on the simplex: elements of at least 0 whose sum is 1 up to 1e-5. The tolerance is that
// wide since a vector of floats that was divided by its sum has a sum that is off by some of its roundings;
// it is absolute and the same for both real types. Partials in x are the ambient ones: x is not normalised.
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct Dirichlet {
  static constexpr Record record{"dirichlet",
                                 Kind::realVector,
                                 "elements >= 0 with sum 1, to 1e-5",
                                 {{{"alpha", Kind::realVector, "positive", "k"}}},
                                 1,
                                 true,
                                 "k"};

  /// K independent gammas at c x, given that their sum, a gamma of shape s = sum(alpha), is c. By the log
  /// densities of gammas, which do not cancel for large alpha if c is near s:
  ///   sum_i gamma(c x_i; alpha_i) - gamma(c; s) + (K - 1) log c + c (sum(x) - 1)
  /// is sum_i (alpha_i - 1) log x_i + lgamma(s) - sum_i lgamma(alpha_i) for every x and c; c is s, but at
  /// least 1, so that c x_i does not underflow. At x_i = 0 the limit: inf, no change or -inf for an alpha_i
  /// below, at or above 1, and -inf wherever one element says so.
  template <class A> static typename A::Real logpdf(typename A::Vector x, typename A::Vector alpha) {
    auto zeros = A::fill(x, 0.0), ones = A::fill(x, 1.0);
    auto inside = A::less(zeros, x);
    auto total = A::sum(alpha), length = A::sum(x), one = A::real(x, 1.0);
    auto size = A::select(one <= total, total, one);
    auto gammas = gamma<A>(A::scale(A::select(inside, x, ones), size), alpha);
    auto edge = A::select(A::less(alpha, ones), A::fill(x, A::infinity(x)), zeros);
    auto density = A::sum(A::select(inside, gammas, edge)) - gamma<A>(size, total) +
                   (A::count(x) - one) * A::log(size) + size * (length - one);
    auto atEdge = A::select(A::equal(x, zeros), A::select(A::lessOrEqual(alpha, ones), zeros, ones), ones);
    auto outside = A::sum(A::select(inside, zeros, atEdge));
    auto onSimplex = A::both(A::abs(length - one) <= A::real(x, 1e-5), outside <= A::real(x, 0.0));
    return A::select(onSimplex, density, A::minusInfinity(x));
  }

  /// Gammas over their sum, by their logarithms, since those of small shapes underflow. An element is at
  /// least the smallest normal number, so that its log density is finite; if all alpha are below 1e-29, so
  /// are the differences of the logarithms lost, and the elements are equal.
  template <class A> static typename A::Vector sample(typename A::Source &source, typename A::Vector alpha) {
    auto logs =
        A::components(source, alpha, [](auto &component, auto shape) { return component.logGamma(shape); });
    auto least = A::fill(alpha, -1e30);
    auto safe = A::select(A::less(logs, least), least, logs);
    auto gammas = A::exp(A::shift(safe, -A::detachedMax(safe)));
    return A::atLeastNormal(A::over(gammas, A::orderedSum(gammas)));
  }

private:
  /// The log density of gamma(shape, 1), as in Gamma.h.
  template <class A, class T> static T gamma(T y, T shape) {
    return A::log(shape) - A::stirling(shape) - A::log(y) - A::deviance(shape, y);
  }
};

} // namespace genfuse::dist

// categorical(probs) and categorical_logits(logits): values 0 .. K-1.
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct Categorical {
  static constexpr Record record{
      "categorical", Kind::integer, "0 .. K-1", {{{"probs", Kind::realVector, "in [0, 1], with sum 1"}}}, 1,
      false};

  template <class A> static typename A::Real logpdf(typename A::Integer x, typename A::Vector probs) {
    auto p = A::element(probs, x);
    return A::select(A::validIndex(probs, x), A::log(p), A::minusInfinity(p));
  }

  template <class A> static typename A::Integer sample(typename A::Source &source, typename A::Vector probs) {
    return A::inverseCdf(probs, source.standardUniform());
  }
};

struct CategoricalLogits {
  static constexpr Record record{
      "categorical_logits", Kind::integer, "0 .. K-1", {{{"logits", Kind::realVector, "real"}}}, 1, false};

  /// logits[x] - m - log sum exp(logits - m), where the shift m = max(logits) has no derivative: it cancels.
  template <class A> static typename A::Real logpdf(typename A::Integer x, typename A::Vector logits) {
    auto m = A::detachedMax(logits);
    auto normaliser = A::log(A::sum(A::exp(A::shift(logits, -m))));
    auto value = (A::element(logits, x) - m) - normaliser;
    return A::select(A::validIndex(logits, x), value, A::minusInfinity(value));
  }

  template <class A>
  static typename A::Integer sample(typename A::Source &source, typename A::Vector logits) {
    return A::inverseCdf(A::exp(A::shift(logits, -A::detachedMax(logits))), source.standardUniform());
  }
};

} // namespace genfuse::dist

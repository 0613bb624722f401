// bernoulli(p) and bernoulli_logits(logits), with p = 1 / (1 + exp(-logits)).
#pragma once

#include "ir/dist/Record.h"

namespace genfuse::dist {

struct Bernoulli {
  static constexpr Record record{
      "bernoulli", Kind::boolean, "false, true", {{{"p", Kind::real, "in [0, 1]"}}}, 1, false};

  template <class A> static typename A::Real logpdf(typename A::Boolean x, typename A::Real p) {
    return A::select(x, A::log(p), A::log1p(-p));
  }

  template <class A> static typename A::Boolean sample(typename A::Source &source, typename A::Real p) {
    return source.standardUniform() <= p;
  }
};

struct BernoulliLogits {
  static constexpr Record record{
      "bernoulli_logits", Kind::boolean, "false, true", {{{"logits", Kind::real, "real"}}}, 1, false};

  /// -softplus(-logits) for true, -softplus(logits) for false, with softplus(t) = max(t, 0) +
  /// log1p(exp(-|t|)).
  template <class A> static typename A::Real logpdf(typename A::Boolean x, typename A::Real logits) {
    auto t = A::select(x, -logits, logits);
    return -(A::positivePart(t) + A::log1p(A::exp(-A::abs(t))));
  }

  template <class A> static typename A::Boolean sample(typename A::Source &source, typename A::Real logits) {
    auto u = source.standardUniform();
    return A::log(u) - A::log1p(-u) <= logits;
  }
};

} // namespace genfuse::dist

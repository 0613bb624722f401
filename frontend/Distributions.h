// Handles of distributions: objects that make a gf::Distribution from its arguments. They come from the
// records in ir/dist, so that names, arguments and types are written once.
#pragma once

#include "frontend/Types.h"
#include "ir/dist/All.h"
#include <utility>

namespace genfuse {

/// A distribution with its arguments, over values of type T; gf::sample draws from it.
template <Traced T> struct Distribution {
  std::string_view name;
  std::vector<detail::Node> arguments;
};

/// An argument given by name, such as `gf::logits = l`.
template <class Tag, class T> struct Named { T value; };

/// What stands left of the `=` in a named argument.
template <class Tag> struct Keyword {
  template <class T> constexpr Named<Tag, T> operator=(const T &value) const { return {value}; }
};
struct ProbsTag {};
struct LogitsTag {};
/// Probabilities: `gf::probs = p`.
inline constexpr Keyword<ProbsTag> probs;
/// Log odds of a bernoulli, or log probabilities up to a constant of a categorical: `gf::logits = l`.
inline constexpr Keyword<LogitsTag> logits;

namespace detail {

template <dist::Kind K> struct TypeOfKind;
template <> struct TypeOfKind<dist::Kind::real> { using type = Real; };
template <> struct TypeOfKind<dist::Kind::integer> { using type = Int; };
template <> struct TypeOfKind<dist::Kind::boolean> { using type = Bool; };
template <> struct TypeOfKind<dist::Kind::realVector> { using type = Vector; };
template <> struct TypeOfKind<dist::Kind::realMatrix> { using type = Matrix; };

template <class R> using ValueOf = typename TypeOfKind<R::record.value>::type;
template <class R, std::size_t I>
using ArgumentOf = typename TypeOfKind<R::record.argumentStore[I].kind>::type;

template <class R, class Numbers> struct HandleOf;
template <class R, std::size_t... I> struct HandleOf<R, std::index_sequence<I...>> {
  Distribution<ValueOf<R>> operator()(const ArgumentOf<R, I> &...arguments) const {
    return {R::record.name, {arguments...}};
  }
};

} // namespace detail

/// The handle of record R: called with the record's arguments in order.
template <class R> struct Handle : detail::HandleOf<R, std::make_index_sequence<R::record.argumentCount>> {};

/// A distribution over the same values in two parametrisations: `gf::probs = ...` or `gf::logits = ...`.
template <class Probs, class Logits> struct TwoWayHandle {
  template <std::convertible_to<detail::ArgumentOf<Probs, 0>> T>
  auto operator()(const Named<ProbsTag, T> &p) const {
    return Handle<Probs>()(p.value);
  }
  template <std::convertible_to<detail::ArgumentOf<Logits, 0>> T>
  auto operator()(const Named<LogitsTag, T> &l) const {
    return Handle<Logits>()(l.value);
  }
};

/// normal(mu, sigma): sigma is the standard deviation.
inline constexpr Handle<dist::Normal> normal;
/// uniform(low, high) on the closed interval.
inline constexpr Handle<dist::Uniform> uniform;
/// gamma(shape, scale): the mean is shape times scale.
inline constexpr Handle<dist::Gamma> gamma;
/// beta(alpha, beta) on [0, 1].
inline constexpr Handle<dist::Beta> beta;
/// exponential(rate): the mean is 1 / rate.
inline constexpr Handle<dist::Exponential> exponential;
/// poisson(rate); a rate of 0 has all its mass at 0.
inline constexpr Handle<dist::Poisson> poisson;
/// binom(n, p): successes of n trials.
inline constexpr Handle<dist::Binom> binom;
/// geometric(p): failures before the first success.
inline constexpr Handle<dist::Geometric> geometric;
/// cauchy(loc, scale).
inline constexpr Handle<dist::Cauchy> cauchy;
/// laplace(loc, scale): the mean distance from loc is scale.
inline constexpr Handle<dist::Laplace> laplace;
/// log_normal(mu, sigma): exp of normal(mu, sigma).
inline constexpr Handle<dist::LogNormal> log_normal;
/// student_t(nu, loc, scale), with nu degrees of freedom.
inline constexpr Handle<dist::StudentT> student_t;
/// uniform_discrete(low, high), both included.
inline constexpr Handle<dist::UniformDiscrete> uniform_discrete;

/// bernoulli(p), bernoulli(gf::probs = p) or bernoulli(gf::logits = l).
struct BernoulliHandle : TwoWayHandle<dist::Bernoulli, dist::BernoulliLogits> {
  using TwoWayHandle::operator();
  Distribution<Bool> operator()(const Real &p) const { return Handle<dist::Bernoulli>()(p); }
};
inline constexpr BernoulliHandle bernoulli;

/// categorical(gf::probs = p) or categorical(gf::logits = l) over 0 .. K-1, from a vector [K].
inline constexpr TwoWayHandle<dist::Categorical, dist::CategoricalLogits> categorical;

/// mvnormal_cholesky(mu, chol_cov): a Vector with mean mu [k] and covariance L L', where L is the lower triangle of
/// chol_cov [k][k] (what lies above its diagonal is not read) and has a positive diagonal.
inline constexpr Handle<dist::MvNormalCholesky> mvnormal_cholesky;
/// dirichlet(alpha): a Vector on the simplex, as long as alpha.
inline constexpr Handle<dist::Dirichlet> dirichlet;

} // namespace genfuse

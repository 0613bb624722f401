// Random choices and trainable parameters.
#pragma once

#include "frontend/Distributions.h"

namespace genfuse {

namespace detail {
/// `address` may be empty: the choice is then the element of the plate around it.
GENFUSE_API Node sample(const Label &address, std::string_view distribution, std::span<const Node> arguments);
GENFUSE_API Node parameter(const Label &name, std::span<const Size> sizes, std::span<const double> initial);
} // namespace detail

/// A random choice at an address. Throws Error if the address is taken or is none.
template <class T> T sample(const Label &address, const Distribution<T> &distribution) {
  return T(detail::sample(address, distribution.name, distribution.arguments));
}

/// A random choice that is the element of the plate around it (leaves `y/*`).
template <class T>
T sample(const Distribution<T> &distribution, SourceLocation where = SourceLocation::current()) {
  return T(detail::sample(Label("", where), distribution.name, distribution.arguments));
}

/// Initial values of a parameter, given by name: `gf::init = 0.5` or `gf::init = {1.0, 2.0}`.
struct NamedInitial {
  std::vector<double> values;
};
struct InitialKeyword {
  NamedInitial operator=(double fill) const { return {{fill}}; }
  NamedInitial operator=(std::initializer_list<double> values) const { return {values}; }
  NamedInitial operator=(std::vector<double> values) const { return {std::move(values)}; }
};
inline constexpr InitialKeyword init;

/// Initial values of a parameter: none, one number for all, or one number an element (by rows).
struct Initial {
  std::vector<double> values;

  Initial() = default;
  Initial(double fill) : values{fill} {}
  Initial(std::initializer_list<double> values) : values(values) {}
  Initial(std::vector<double> values) : values(std::move(values)) {}
  Initial(NamedInitial named) : values(std::move(named.values)) {}
};

namespace detail {
template <std::size_t Rank> struct ParameterOf;
template <> struct ParameterOf<1> { using type = Vector; };
template <> struct ParameterOf<2> { using type = Matrix; };
} // namespace detail

/// A trainable vector {n} or matrix {n, m}; sizes are numbers or symbolic sizes. Its identity is its path,
/// `model/name`: who names the same path gets the same parameter. Throws Error if it was named with another
/// type.
template <std::size_t Rank>
typename detail::ParameterOf<Rank>::type param(const Label &name, const Size (&sizes)[Rank],
                                               const Initial &initial = {}) {
  return typename detail::ParameterOf<Rank>::type(detail::parameter(name, sizes, initial.values));
}

/// A trainable number; its initial value is given as `gf::init = 0.5`.
inline Real param(const Label &name) { return Real(detail::parameter(name, {}, {})); }
inline Real param(const Label &name, const NamedInitial &initial) {
  return Real(detail::parameter(name, {}, initial.values));
}

} // namespace genfuse

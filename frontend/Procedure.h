// Procedures: programs around operations of models, compiled into one kernel each.
#pragma once

#include "frontend/Apply.h"
#include "frontend/Loop.h"

namespace genfuse {

namespace detail {

template <class R, class... A, class F>
Model traceProcedure(std::type_identity<R(A...)>, const Label &name,
                     std::span<const std::string_view> argumentNames, const F &body) {
  static_assert((Traced<A> && ...), "a procedure takes traced values: gf::Real, gf::Vector, gf::Matrix, ...");
  static_assert(std::same_as<R, Values>, "a procedure returns gf::Values: {{\"samples\", samples}}");
  const std::vector<Kind> kinds = {Facts<A>::kind...};
  Tracing tracing(name, kinds, argumentNames, Form::procedure);
  auto run = [&]<std::size_t... I>(std::index_sequence<I...>) { return body(A(tracing.argument(I))...); };
  const Values results = run(std::index_sequence_for<A...>());
  std::vector<std::pair<std::string, Node>> named;
  for (const Values::Entry &entry : results.entries())
    named.push_back({entry.name, entry.value});
  return tracing.finish(named);
}

} // namespace detail

/// Makes a procedure of a C++ function of traced values that returns gf::Values: it applies operations to
/// models (gf::assess, gf::gradient, gf::apply), repeats steps (gf::loop) and draws random numbers
/// (gf::sample without an address). A gf::Program runs it with the request `run()`; each instance draws
/// numbers of its own. Throws Error with the user's line.
template <std::size_t N, class F>
Model procedure(const Label &name, const std::string_view (&names)[N], const F &body) {
  static_assert(
      detail::HasSignature<std::decay_t<F>>,
      "give every parameter of the procedure's function its type, such as gf::Vector, instead of auto");
  using Signature = typename detail::CallOperator<std::decay_t<F>>::type;
  return detail::traceProcedure(std::type_identity<Signature>(), name, names, body);
}

} // namespace genfuse

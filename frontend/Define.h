// Tracing a C++ function into a model, and calls of models.
#pragma once

#include "frontend/Model.h"
#include "frontend/Types.h"

namespace genfuse {

namespace detail {

/// What a C++ function is traced into.
enum class Form { model, procedure };

/// One model under construction; while it lives, traced operations of this thread go into it.
class GENFUSE_API Tracing {
public:
  /// `names` is empty or names each argument. Throws Error if the name is none.
  Tracing(const Label &name, std::span<const Kind> arguments, std::span<const std::string_view> names,
          Form form = Form::model);
  ~Tracing();
  Tracing(const Tracing &) = delete;
  Tracing &operator=(const Tracing &) = delete;

  Node argument(std::size_t number) const;
  /// Ends the function, with a result unless null, and verifies it. Throws Error with the user's line.
  Model finish(const Node *result);
  /// Ends a procedure, whose results have names.
  Model finish(std::span<const std::pair<std::string, Node>> results);

private:
  Model verified(std::span<const Node> results);

  struct State;
  std::unique_ptr<State> state;
};

/// A call; the result is null if the callee returns nothing. `expected` is the result's kind if there must be
/// one.
GENFUSE_API Node call(const Label &address, const Model &callee, std::span<const Node> arguments,
                      const Kind *expected);

template <class R> const Kind *resultKind() {
  if constexpr (std::is_void_v<R>)
    return nullptr;
  else
    return &Facts<R>::kind;
}

template <class R, class... A> R callTyped(const Label &address, const Model &callee, const A &...arguments) {
  std::initializer_list<Node> nodes = {arguments...};
  Node result = call(address, callee, std::span(nodes.begin(), nodes.size()), resultKind<R>());
  if constexpr (!std::is_void_v<R>)
    return R(result);
}

} // namespace detail

/// A model whose argument and result types are known to C++: R(A...).
template <class Signature> class Function;
template <class R, class... A> class Function<R(A...)> : public Model {
public:
  explicit Function(Model model) : Model(std::move(model)) {}
  /// Calls it from another model; its choices get addresses below `address`.
  R operator()(const Label &address, const A &...arguments) const {
    return detail::callTyped<R>(address, *this, arguments...);
  }
};

/// Calls a model from another one; its choices get addresses below `address`.
template <class R, class... A>
R call(const Label &address, const Function<R(A...)> &callee, const std::type_identity_t<A> &...arguments) {
  return detail::callTyped<R>(address, callee, arguments...);
}

/// The same for a model that was read from text: R is the type that it returns. Throws Error where types
/// differ.
template <class R, class... A> R call_as(const Label &address, const Model &callee, const A &...arguments) {
  return detail::callTyped<R>(address, callee, arguments...);
}

namespace detail {

template <class R, class... A> struct SignatureOf { using type = R(A...); };
template <class F> struct CallOperator : CallOperator<decltype(&F::operator())> {};
template <class R, class... A>
struct CallOperator<R (*)(A...)> : SignatureOf<R, std::remove_cvref_t<A>...> {};
template <class C, class R, class... A>
struct CallOperator<R (C::*)(A...)> : SignatureOf<R, std::remove_cvref_t<A>...> {};
template <class C, class R, class... A>
struct CallOperator<R (C::*)(A...) const> : SignatureOf<R, std::remove_cvref_t<A>...> {};

template <class F>
concept HasSignature = std::is_pointer_v<F> || requires {
  &F::operator();
};

template <class R, class... A, class F, std::size_t... I>
Model traceBody(Tracing &tracing, const F &body, std::index_sequence<I...>) {
  if constexpr (std::is_void_v<R>) {
    body(A(tracing.argument(I))...);
    return tracing.finish(nullptr);
  } else {
    R result = body(A(tracing.argument(I))...);
    return tracing.finish(&result);
  }
}

template <class R, class... A, class F>
Function<R(A...)> traceAs(std::type_identity<R(A...)>, const Label &name,
                          std::span<const std::string_view> argumentNames, const F &body) {
  static_assert((Traced<A> && ...),
                "a model takes traced values: gf::Real, gf::Int, gf::Bool, gf::Vector, ...");
  static_assert(std::is_void_v<R> || Traced<R>,
                "a model returns nothing or one traced value: gf::Real, gf::Int, gf::Bool, gf::Vector, ...");
  const std::vector<Kind> kinds = {Facts<A>::kind...};
  Tracing tracing(name, kinds, argumentNames);
  return Function<R(A...)>(traceBody<R, A...>(tracing, body, std::index_sequence_for<A...>()));
}

} // namespace detail

/// Runs `body` once, on traced arguments, and returns what it did as a model (gf::gen by another name: the
/// compiler's own sources, where `gen` is the dialect, use this one). Throws Error with the user's line.
template <class F>
auto trace_function(const Label &name, const F &body, std::span<const std::string_view> argumentNames = {}) {
  static_assert(detail::HasSignature<std::decay_t<F>>,
                "give every parameter of the model's function its type, such as gf::Vector, instead of auto");
  using Signature = typename detail::CallOperator<std::decay_t<F>>::type;
  return detail::traceAs(std::type_identity<Signature>(), name, argumentNames, body);
}

} // namespace genfuse

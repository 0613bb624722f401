// Iterations one after the other, which carry values from each to the next.
#pragma once

#include "frontend/Define.h"
#include "frontend/Map.h"
#include "frontend/Values.h"
#include <tuple>

namespace genfuse {

/// What the body of gf::loop returns when it also collects something: what is carried on, and what is kept of
/// this iteration.
template <class State, class Kept> struct Step {
  State next;
  Kept kept;
};
template <class State, class Kept> Step(State, Kept) -> Step<State, Kept>;

/// What gf::loop then returns: what the last iteration carried on, and what was kept of all, along a new
/// first dimension.
template <class State, class Many> struct Looped {
  State last;
  Many kept;
};

namespace detail {

/// How a state is made of traced values: one, a tuple of states, or gf::Values.
template <class T> struct StateOf {
  static void put(const T &state, std::vector<Node> &nodes) { nodes.push_back(state); }
  static T take(const T &, std::span<const Node> &nodes) {
    T state(nodes.front());
    nodes = nodes.subspan(1);
    return state;
  }
};
template <> struct StateOf<Values> {
  static void put(const Values &state, std::vector<Node> &nodes) {
    for (const Values::Entry &entry : state.entries())
      nodes.push_back(entry.value);
  }
  static Values take(const Values &like, std::span<const Node> &nodes) {
    std::vector<Values::Entry> entries;
    for (const Values::Entry &entry : like.entries()) {
      entries.push_back({entry.name, nodes.front()});
      nodes = nodes.subspan(1);
    }
    return Values(std::move(entries));
  }
};
template <class... T> struct StateOf<std::tuple<T...>> {
  using Tuple = std::tuple<T...>;
  static void put(const Tuple &state, std::vector<Node> &nodes) {
    std::apply([&](const T &...each) { (StateOf<T>::put(each, nodes), ...); }, state);
  }
  static Tuple take(const Tuple &like, std::span<const Node> &nodes) {
    return std::apply([&](const T &...each) { return Tuple{StateOf<T>::take(each, nodes)...}; }, like);
  }
};

/// The same of many iterations.
template <class T> struct ManyOf {
  using Type = typename Facts<T>::Many;
  static_assert(
      !std::same_as<Type, NotCollected>,
      "a loop keeps scalars and vectors of reals or integers: keep one of them, a tuple, or gf::Values");
  static Type take(const T &, std::span<const Node> &nodes) {
    Type many(nodes.front());
    nodes = nodes.subspan(1);
    return many;
  }
};
template <> struct ManyOf<Values> {
  using Type = Values;
  static Values take(const Values &like, std::span<const Node> &nodes) {
    return StateOf<Values>::take(like, nodes);
  }
};
template <class... T> struct ManyOf<std::tuple<T...>> {
  using Type = std::tuple<typename ManyOf<T>::Type...>;
  static Type take(const std::tuple<T...> &like, std::span<const Node> &nodes) {
    return std::apply([&](const T &...each) { return Type{ManyOf<T>::take(each, nodes)...}; }, like);
  }
};

/// One loop under construction; while it lives, traced operations go into its body.
class GENFUSE_API Iterations {
public:
  Iterations(const Node &count, std::span<const Node> start, SourceLocation where);
  ~Iterations();
  Iterations(const Iterations &) = delete;
  Iterations &operator=(const Iterations &) = delete;

  Node index() const;
  std::vector<Node> carried() const;
  /// Ends the body. Returns the last of what is carried, then what is kept. Throws Error if the body carries
  /// on another number of values, or values of other types.
  std::vector<Node> finish(std::span<const Node> next, std::span<const Node> kept);

private:
  struct State;
  std::unique_ptr<State> state;
};

template <class T> inline constexpr bool isStep = false;
template <class S, class K> inline constexpr bool isStep<Step<S, K>> = true;

template <class S, class F>
auto iterate(const Node &count, const S &start, const F &body, SourceLocation where) {
  std::vector<Node> starts, next, kept;
  StateOf<S>::put(start, starts);
  Iterations iterations(count, starts, where);
  const std::vector<Node> carried = iterations.carried();
  std::span<const Node> rest(carried);
  const S state = StateOf<S>::take(start, rest);
  auto result = body(Index(iterations.index()), state);
  if constexpr (isStep<decltype(result)>) {
    StateOf<S>::put(S(result.next), next);
    StateOf<decltype(result.kept)>::put(result.kept, kept);
    const std::vector<Node> results = iterations.finish(next, kept);
    std::span<const Node> all(results);
    S last = StateOf<S>::take(start, all);
    using Many = ManyOf<decltype(result.kept)>;
    return Looped<S, typename Many::Type>{last, Many::take(result.kept, all)};
  } else {
    StateOf<S>::put(S(result), next);
    const std::vector<Node> results = iterations.finish(next, kept);
    std::span<const Node> all(results);
    return StateOf<S>::take(start, all);
  }
}

} // namespace detail

/// Runs `body` with the index and the state for 0 .. count - 1, in order; it returns the next state. The
/// state is a traced value, gf::Values, or a tuple of such; tensors in it keep their sizes. The body is
/// traced once. If it returns a gf::Step, what is kept of each iteration is collected (gf::Looped). The count
/// is a size, or a number that the program computes (then nothing can be kept).
template <class S, class F>
auto loop(const Size &count, const S &start, const F &body,
          SourceLocation where = SourceLocation::current()) {
  return detail::iterate(count, start, body, where);
}
template <class S, class F>
auto loop(const Int &count, const S &start, const F &body, SourceLocation where = SourceLocation::current()) {
  return detail::iterate(count, start, body, where);
}
template <IntegerLiteral N, class S, class F>
auto loop(N count, const S &start, const F &body, SourceLocation where = SourceLocation::current()) {
  return detail::iterate(Size(count), start, body, where);
}

} // namespace genfuse

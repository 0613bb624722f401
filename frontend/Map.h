// Plates: independent iterations over the rows of matrices, the elements of vectors, or a range of indices.
#pragma once

#include "frontend/Define.h"
#include "frontend/Rows.h"
#include "frontend/Sample.h"
#include <optional>
#include <tuple>

namespace genfuse {

namespace detail {

/// How a source yields what one iteration sees.
enum class Access : std::uint8_t { element, row, index, same, ragged };

struct AnySource {
  Node node;
  Access access;
  /// Of elements of ragged data their row, of all its rows how many elements they have together.
  std::optional<Node> row = std::nullopt;
};

} // namespace detail

/// What a plate runs over; an iteration sees an E of it.
template <class E> struct Source : detail::AnySource {};

/// The rows of a matrix [n][m], each a vector [m].
inline Source<Vector> rows(const Matrix &matrix) { return {{matrix, detail::Access::row}}; }
inline Source<IntVector> rows(const IntMatrix &matrix) { return {{matrix, detail::Access::row}}; }
/// The elements of a vector [n], each a scalar.
inline Source<Real> elements(const Vector &vector) { return {{vector, detail::Access::element}}; }
inline Source<Int> elements(const IntVector &vector) { return {{vector, detail::Access::element}}; }
inline Source<Bool> elements(const BoolVector &vector) { return {{vector, detail::Access::element}}; }
/// The indices 0 .. size - 1.
inline Source<Index> range(const Size &size) { return {{size, detail::Access::index}}; }
/// The rows of ragged data. Row i is the elements offsets[i] .. offsets[i + 1] - 1 of flat arrays with
/// `total` elements. `offsets`, [rows + 1], is an argument of the model; each call checks that it begins with
/// 0, never decreases and ends with `total`. Only in a plate that stands in no other.
inline Source<Row> ragged(const IntVector &offsets, const Size &total) {
  return {{offsets, detail::Access::ragged, total}};
}
/// The elements of one row of ragged data, [total] in all, each a scalar; for a plate directly in the body
/// that has the row, whose other sources are of the same row or gf::shared.
inline Source<Real> elements(const Vector &all, const Row &row) {
  return {{all, detail::Access::element, row}};
}
inline Source<Int> elements(const IntVector &all, const Row &row) {
  return {{all, detail::Access::element, row}};
}
inline Source<Bool> elements(const BoolVector &all, const Row &row) {
  return {{all, detail::Access::element, row}};
}
/// The same where the elements are vectors [m], in a matrix [total][m].
inline Source<Vector> rows(const Matrix &all, const Row &row) { return {{all, detail::Access::row, row}}; }
inline Source<IntVector> rows(const IntMatrix &all, const Row &row) {
  return {{all, detail::Access::row, row}};
}
/// The indices 0 .. row.size() - 1 within a row.
inline Source<Index> range(const Row &row) { return {{row, detail::Access::index, row}}; }
/// The same value in every iteration.
template <Traced T> Source<T> shared(const T &value) { return {{value, detail::Access::same}}; }

namespace detail {

/// One plate under construction; while it lives, traced operations go into its body.
class GENFUSE_API Plate {
public:
  /// Throws Error if the address is taken, or if sources have different lengths as far as they are known.
  Plate(const Label &address, std::span<const AnySource> sources);
  ~Plate();
  Plate(const Plate &) = delete;
  Plate &operator=(const Plate &) = delete;

  /// What an iteration sees of a source.
  Node element(const AnySource &source) const;
  /// Ends the body; the result, if there is one, is collected along a new first dimension.
  Node finish(const Node *result);

private:
  struct State;
  std::unique_ptr<State> state;
};

template <class T> inline constexpr bool isSource = false;
template <class E> inline constexpr bool isSource<Source<E>> = true;
template <class Tag, class E> inline constexpr bool isSource<Named<Tag, Source<E>>> = true;

template <class T>
concept IsSource = isSource<T>;
template <class T>
concept IsBody = !isSource<T>;

template <class E> AnySource plain(const Source<E> &source) { return source; }
template <class Tag, class E> AnySource plain(const Named<Tag, Source<E>> &source) { return source.value; }

template <class E> E elementOf(const Plate &plate, const Source<E> &source) {
  return E(plate.element(source));
}
template <class Tag, class E>
Named<Tag, E> elementOf(const Plate &plate, const Named<Tag, Source<E>> &source) {
  return {elementOf(plate, source.value)};
}

template <class T> inline constexpr bool isDistribution = false;
template <class T> inline constexpr bool isDistribution<Distribution<T>> = true;

/// Runs the body of one iteration: a model, a distribution (or what returns one), or a function of traced
/// values.
template <class R, class... A>
R runBody(const Label &where, const Function<R(A...)> &body, const A &...elements) {
  return callTyped<R>(Label("", where.where), body, elements...);
}
template <class T> T finishBody(const Label &where, const Distribution<T> &result) {
  return sample(result, where.where);
}
template <Traced T> T finishBody(const Label &, const T &result) { return result; }
template <class F, class... E> auto runBody(const Label &where, const F &body, const E &...elements) {
  static_assert(
      std::invocable<const F &, const E &...>,
      "the body of a plate takes what its sources yield, in order: gf::rows of a matrix a gf::Vector, "
      "gf::elements of a vector a scalar, gf::range a gf::Index, gf::ragged a gf::Row, gf::shared its value");
  using R = std::invoke_result_t<const F &, const E &...>;
  static_assert(std::is_void_v<R> || Traced<R> || isDistribution<R>,
                "the body of a plate returns nothing, one traced value or a distribution (a gf::Row stays in "
                "the body that has it)");
  if constexpr (std::is_void_v<R>)
    body(elements...);
  else
    return finishBody(where, body(elements...));
}

} // namespace detail

/// A plate: runs `body` once per element of the sources, independently, with choices below `address/0`,
/// `address/1` and so on. The body is a model, a function of what the sources yield, or a distribution (its
/// choices are then `address/0`, `address/1` themselves). It is traced once. Other traced values may be
/// captured. Sources have one length. Returns the collected results: [n] of Real, Int, Bool; [n][m] of
/// vectors [m]; nothing if the body returns nothing.
template <detail::IsBody F, detail::IsSource... S>
auto map(const Label &address, const F &body, const S &...sources) {
  const std::initializer_list<detail::AnySource> all = {detail::plain(sources)...};
  detail::Plate plate(address, std::span(all.begin(), all.size()));
  std::tuple elements{detail::elementOf(plate, sources)...};
  auto run = [&](const auto &...element) { return detail::runBody(address, body, element...); };
  using R = decltype(std::apply(run, elements));
  if constexpr (std::is_void_v<R>) {
    std::apply(run, elements);
    plate.finish(nullptr);
  } else {
    using Many = typename detail::Facts<R>::Many;
    static_assert(
        !std::same_as<Many, detail::NotCollected>,
        "a plate collects scalars and vectors of reals or integers: return one of them, or nothing");
    R result = std::apply(run, elements);
    return Many(plate.finish(&result));
  }
}

/// The same with the range first, for a body that is written in place.
template <class E, detail::IsBody F> auto map(const Label &address, const Source<E> &source, const F &body) {
  return map(address, body, source);
}

} // namespace genfuse

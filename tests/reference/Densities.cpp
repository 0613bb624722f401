#include "tests/reference/Densities.h"
#include "ir/dist/All.h"
#include "runtime/Error.h"
#include "tests/reference/NumberAlgebra.h"
#include <utility>

namespace genfuse::reference {

namespace {

/// A value as the algebra's type of its kind.
template <dist::Kind kind> auto as(const Tensor &tensor) {
  if constexpr (kind == dist::Kind::real)
    return tensor.scalar();
  else if constexpr (kind == dist::Kind::integer)
    return tensor.integer();
  else if constexpr (kind == dist::Kind::boolean)
    return tensor.boolean();
  else if constexpr (kind == dist::Kind::realMatrix)
    return SquareMatrix{size_t(tensor.shape.at(0)), tensor.elements};
  else
    return tensor.elements;
}

template <class R, size_t... I>
Number evaluate(const Tensor &value, const std::vector<Tensor> &parameters, std::index_sequence<I...>) {
  return R::template logpdf<NumberAlgebra>(as<R::record.value>(value),
                                           as<R::record.argumentStore[I].kind>(parameters.at(I))...);
}

} // namespace

Number logDensity(std::string_view distribution, const Tensor &value, const std::vector<Tensor> &parameters) {
  bool found = false;
  Number result;
  dist::All::forEach([&]<class R>() {
    if (distribution != R::record.name)
      return;
    found = true;
    result = evaluate<R>(value, parameters, std::make_index_sequence<R::record.argumentCount>());
  });
  if (!found)
    throw Error("unknown distribution '" + std::string(distribution) + "'");
  return result;
}

} // namespace genfuse::reference

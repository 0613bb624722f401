// genfuse: generative functions, traced from C++. Include this one header to write models.
#pragma once

#include "frontend/Define.h"
#include "frontend/Distributions.h"
#include "frontend/Functions.h"
#include "frontend/LinearAlgebra.h"
#include "frontend/Map.h"
#include "frontend/Model.h"
#include "frontend/Procedure.h"
#include "frontend/Sample.h"
#include "frontend/Types.h"
#include "runtime/Error.h"

namespace genfuse {

/// Makes a model of a C++ function that takes and returns traced values: runs it once, at once. Argument
/// types are those of the function's parameters; it returns nothing or one value. Throws Error with the
/// user's line.
template <class F> auto gen(const Label &name, const F &body) { return trace_function(name, body); }

/// The same with names of the arguments, for requests, manifests and generated headers.
template <std::size_t N, class F>
auto gen(const Label &name, const std::string_view (&names)[N], const F &body) {
  return trace_function(name, body, names);
}

} // namespace genfuse

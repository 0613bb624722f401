// A model as a drawing.
#pragma once

#include "frontend/Model.h"
#include <string>

namespace genfuse {

/// The graph of a model as text for Graphviz's `dot` (codegen/inspect/DotText.h says what is drawn how). With
/// a request (passes/Request.h) the choices that it gives are shaded, what it differentiates, draws again or
/// projects on has a thick outline. The same model and request give the same text. Errors: those of the
/// request.
GENFUSE_API std::string drawingOf(const Model &model, const std::string &request = "");

} // namespace genfuse

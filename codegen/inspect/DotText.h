// A model's graph in the language of Graphviz.
#pragma once

#include "codegen/inspect/ModelGraph.h"

namespace genfuse::inspect {

/// A `digraph` for the program `dot`: plates and calls are clusters, choices ellipses (given ones shaded,
/// targets with a thick outline), arguments boxes, parameters hexagons, deterministic values rounded boxes.
std::string dotText(const ModelGraph &graph);

} // namespace genfuse::inspect

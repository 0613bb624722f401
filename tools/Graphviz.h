// Drawings by the program `dot` of Graphviz.
#pragma once

#include <string>

namespace genfuse {

/// The drawing of a graph in a format such as `svg`. Errors: no `dot` in the search path, a failure of it
/// (with what it says).
std::string renderGraph(const std::string &dot, const std::string &format = "svg");

} // namespace genfuse

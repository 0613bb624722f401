// A model as a graph: its random choices, arguments, parameters and return value, the plates and calls that
// they lie in, and which of them depends on which.
#pragma once

#include "ir/Gen.h"
#include "passes/Request.h"
#include <string>
#include <vector>

namespace genfuse::inspect {

struct GraphNode {
  enum class Kind { argument, parameter, choice, deterministic, returned };
  /// What a request makes of a choice, argument or parameter.
  enum class Part {
    none,
    given,  ///< its values are constrained, observed or new
    partly, ///< those of some elements are
    target, ///< differentiated, drawn again or projected on
  };
  Kind kind = Kind::choice;
  Part part = Part::none;
  unsigned cluster = 0;  ///< the innermost one that it lies in
  std::string name;      ///< an address `rows/*/m`, an argument's name, a parameter's path, or empty
  std::string operation; ///< the distribution, or the operation of a deterministic node
  std::string type;      ///< `f64`, `tensor<10xi64>`
};

/// A plate, or the choices below one word of their addresses (as a call's are). Cluster 0 is the whole model.
struct GraphCluster {
  unsigned parent = 0;
  std::string name;   ///< relative to the parent: `rows`, `in`
  std::string path;   ///< from the root: `rows/*`, `rows/*/in`
  std::string length; ///< of a plate, in sizes of arguments: `xs.0`; empty for others
};

struct ModelGraph {
  std::string name;
  std::vector<GraphNode> nodes;       ///< arguments, then in program order
  std::vector<GraphCluster> clusters; ///< parents before children
  /// (from, to) by number of node: `to` is computed from, or its distribution depends on, `from`. Sorted.
  std::vector<std::pair<unsigned, unsigned>> edges;
};

/// The graph of a model whose calls are inlined; `request` may be null. Deterministic code is left out where
/// an edge says as much: what stays are values that come from several nodes and go to several. Sizes are no
/// dependence. Fails with a diagnostic where an address or a size is not in order.
mlir::FailureOr<ModelGraph> modelGraph(gen::FuncOp model, const Request *request);

} // namespace genfuse::inspect

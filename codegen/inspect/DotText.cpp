#include "codegen/inspect/DotText.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

namespace genfuse::inspect {
namespace {

using Kind = GraphNode::Kind;
using Part = GraphNode::Part;

constexpr const char *ink = "#26323d", *quiet = "#6b7885", *paper = "#ffffff", *given = "#c4d3e6",
                     *warm = "#fbf1dc", *green = "#e0efe1", *strong = "#b3411e", *shade = "#f7f9fb";

std::string quoted(const std::string &text) {
  std::string result = "\"";
  for (char c : text)
    result += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return result + "\"";
}

/// Text within an HTML-like label.
std::string html(llvm::StringRef text) {
  std::string result;
  llvm::raw_string_ostream stream(result);
  llvm::printHTMLEscaped(text, stream);
  return result;
}

std::string small(const std::string &text) {
  return std::string("<font point-size=\"10\" color=\"") + quiet + "\">" + html(text) + "</font>";
}

/// The usual sign where there is one.
std::string sign(llvm::StringRef operation) {
  return llvm::StringSwitch<std::string>(operation)
      .Case("addf", "+")
      .Case("subf", "−")
      .Case("mulf", "×")
      .Case("divf", "÷")
      .Case("negf", "−")
      .Default(operation.str());
}

class Writer {
public:
  explicit Writer(const ModelGraph &graph) : graph(graph), stream(text) {}

  std::string write() {
    stream << "digraph " << quoted(graph.name) << " {\n"
           << "  graph [fontname=\"Helvetica\", fontsize=11, fontcolor=\"" << ink
           << "\", rankdir=TB, nodesep=0.35, ranksep=0.5, labeljust=r, labelloc=b]\n"
           << "  node [fontname=\"Helvetica\", fontsize=12, fontcolor=\"" << ink << "\", color=\"" << ink
           << "\", penwidth=1.1, margin=\"0.11,0.055\"]\n"
           << "  edge [color=\"" << quiet << "\", arrowsize=0.7, penwidth=1.0]\n";
    cluster(0, 1);
    for (auto [from, to] : graph.edges)
      stream << "  " << identifier(from) << " -> " << identifier(to) << "\n";
    stream << "}\n";
    return std::move(text);
  }

private:
  void indent(unsigned depth) { stream.indent(2 * depth); }

  void cluster(unsigned number, unsigned depth) {
    if (number > 0)
      open(number, depth - 1);
    for (unsigned i = 0; i < graph.nodes.size(); ++i)
      if (graph.nodes[i].cluster == number)
        node(i, depth);
    for (unsigned i = number + 1; i < graph.clusters.size(); ++i)
      if (graph.clusters[i].parent == number)
        cluster(i, depth + 1);
    if (number > 0) {
      indent(depth - 1);
      stream << "}\n";
    }
  }

  void open(unsigned number, unsigned depth) {
    const GraphCluster &cluster = graph.clusters[number];
    bool plate = !cluster.length.empty();
    indent(depth);
    stream << "subgraph \"cluster_" << number << "\" {\n";
    indent(depth + 1);
    stream << "graph [label=<"
           << (plate ? (cluster.name.empty() ? "" : html(cluster.name) + " ") + "× " + html(cluster.length)
                     : html(cluster.name))
           << ">, tooltip=" << quoted(cluster.path) << ", style=\"rounded" << (plate ? ",filled" : ",dashed")
           << "\", color=\"" << quiet << "\", fillcolor=\"" << shade << "\", margin=12]\n";
  }

  std::string identifier(unsigned number) const {
    const GraphNode &node = graph.nodes[number];
    switch (node.kind) {
    case Kind::argument:
      return quoted("argument " + node.name);
    case Kind::parameter:
      return quoted("parameter " + node.name);
    case Kind::choice:
      return quoted(node.name);
    case Kind::deterministic:
      return quoted("value " + std::to_string(number));
    case Kind::returned:
      break;
    }
    return quoted("return");
  }

  /// An address without what its clusters say; the bare choice of a plate keeps the plate's name.
  std::string shortName(const GraphNode &node) const {
    llvm::StringRef name = node.name;
    if (node.kind != Kind::choice)
      return name.str();
    llvm::StringRef path = graph.clusters[node.cluster].path;
    if (name == path)
      path = path.drop_back(graph.clusters[node.cluster].name.size() + 2);
    if (!path.empty() && name.consume_front(path))
      name.consume_front("/");
    return name.str();
  }

  std::string label(const GraphNode &node) const {
    switch (node.kind) {
    case Kind::choice:
      return html(shortName(node)) + "<br/>" + small("~ " + node.operation);
    case Kind::deterministic:
      return html(sign(node.operation));
    case Kind::returned:
      return "<i>return</i>";
    default:
      return html(shortName(node));
    }
  }

  static std::string shape(const GraphNode &node) {
    switch (node.kind) {
    case Kind::argument:
      return std::string("shape=box, style=filled, fillcolor=\"") + warm + "\", height=0.3";
    case Kind::parameter:
      return std::string("shape=hexagon, style=filled, fillcolor=\"") + green +
             "\", height=0.35, margin=\"0.02,0.03\"";
    case Kind::deterministic:
      return std::string("shape=box, style=\"rounded,filled\", fillcolor=\"") + paper +
             "\", height=0.28, width=0.36";
    case Kind::returned:
      return "shape=plaintext, height=0.25, margin=\"0.05,0.03\"";
    case Kind::choice:
      break;
    }
    std::string style = node.part == Part::partly ? "filled,dashed" : "filled";
    return "shape=ellipse, style=\"" + style + "\", fillcolor=\"" +
           (node.part == Part::given || node.part == Part::partly ? given : paper) + "\"";
  }

  void node(unsigned number, unsigned depth) {
    const GraphNode &node = graph.nodes[number];
    indent(depth);
    stream << identifier(number) << " [label=<" << label(node) << ">, " << shape(node);
    if (node.part == Part::target)
      stream << ", color=\"" << strong << "\", penwidth=2.4";
    stream << ", tooltip=" << quoted(tooltip(node)) << "]\n";
  }

  static std::string tooltip(const GraphNode &node) {
    switch (node.kind) {
    case Kind::argument:
      return "argument " + node.name + ": " + node.type;
    case Kind::parameter:
      return "parameter " + node.name + ": " + node.type;
    case Kind::choice:
      return node.name + " ~ " + node.operation + ": " + node.type;
    case Kind::deterministic:
      return node.operation + ": " + node.type;
    case Kind::returned:
      break;
    }
    return "return value: " + node.type;
  }

  const ModelGraph &graph;
  std::string text;
  llvm::raw_string_ostream stream;
};

} // namespace

std::string dotText(const ModelGraph &graph) { return Writer(graph).write(); }

} // namespace genfuse::inspect

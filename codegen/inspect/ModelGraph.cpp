#include "codegen/inspect/ModelGraph.h"
#include "codegen/inspect/Sinks.h"
#include "ir/Addresses.h"
#include "passes/SymbolicSize.h"
#include "passes/derive/Choices.h"
#include "passes/derive/Ragged.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace genfuse::inspect {
namespace {

using Sources = llvm::SetVector<unsigned>;

std::string typeText(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

/// `einsum kd,d->k`, `mulf`.
std::string operationText(Operation *op) {
  if (auto einsum = dyn_cast<gen::EinsumOp>(op))
    return "einsum " + einsum.getSpec().str();
  return op->getName().stripDialect().str();
}

class Builder {
public:
  Builder(gen::FuncOp model, const Request *request) : model(model), request(request) {}

  FailureOr<ModelGraph> build() {
    FailureOr<std::vector<Choice>> choices = collectChoices(model);
    if (failed(choices))
      return failure();
    for (const Choice &choice : *choices)
      patterns[choice.op] = choice.pattern;
    graph.name = model.getSymName().str();
    graph.clusters.emplace_back();
    for (BlockArgument argument : model.getBody().front().getArguments())
      sources[argument].insert(addNode(GraphNode::Kind::argument, 0, argumentName(argument), "", argument));
    if (failed(visit(model.getBody().front(), 0)))
      return failure();
    llvm::sort(graph.edges);
    graph.edges.erase(llvm::unique(graph.edges), graph.edges.end());
    return graph;
  }

private:
  unsigned addNode(GraphNode::Kind kind, unsigned cluster, std::string name, std::string operation,
                   Value value) {
    GraphNode node{kind, GraphNode::Part::none, cluster, std::move(name), std::move(operation), {}};
    if (value)
      node.type = typeText(value.getType());
    node.part = partOf(node);
    graph.nodes.push_back(std::move(node));
    return graph.nodes.size() - 1;
  }

  /// Addresses may name some elements of a leaf: a list, a number, those by which it grows.
  static bool namesElements(StringRef name, StringRef leaf) {
    SmallVector<StringRef> parts, of;
    name.split(parts, '/');
    leaf.split(of, '/');
    return name != leaf && parts.size() == of.size() && llvm::all_of(llvm::zip(parts, of), [](auto pair) {
             auto [part, star] = pair;
             return part == star ||
                    (star == "*" && (part == "[]" || part == "+" || llvm::all_of(part, llvm::isDigit)));
           });
  }

  static bool meant(StringRef name, const GraphNode &node) {
    return name == node.name ||
           (node.kind == GraphNode::Kind::parameter && StringRef(node.name).rsplit('/').second == name);
  }

  GraphNode::Part partOf(const GraphNode &node) const {
    using Part = GraphNode::Part;
    if (!request || node.kind == GraphNode::Kind::deterministic || node.kind == GraphNode::Kind::returned)
      return Part::none;
    bool isChoice = node.kind == GraphNode::Kind::choice;
    bool named = llvm::any_of(request->names, [&](StringRef name) { return meant(name, node); });
    bool partly = isChoice && llvm::any_of(request->names,
                                           [&](StringRef name) { return namesElements(name, node.name); });
    switch (request->operation) {
    case GfiOperation::gradient:
      return named ? Part::target : isChoice ? Part::given : Part::none;
    case GfiOperation::regenerate:
    case GfiOperation::project:
      return named || partly ? Part::target : Part::none;
    case GfiOperation::assess:
      return isChoice ? Part::given : Part::none;
    default:
      return isChoice && named ? Part::given : partly ? Part::partly : Part::none;
    }
  }

  /// The cluster of all words of an address but the last, below `cluster`.
  unsigned enter(unsigned cluster, StringRef address) {
    for (auto [word, rest] = address.split('/'); !rest.empty(); std::tie(word, rest) = rest.split('/'))
      cluster = child(cluster, word);
    return cluster;
  }

  unsigned child(unsigned parent, StringRef word) {
    for (unsigned i = 1; i < graph.clusters.size(); ++i)
      if (const GraphCluster &known = graph.clusters[i];
          known.parent == parent && known.name == word && known.length.empty())
        return i;
    return addCluster(parent, word, word, "");
  }

  unsigned addCluster(unsigned parent, StringRef name, StringRef below, const std::string &length) {
    graph.clusters.push_back(
        {parent, name.str(), gen::joinAddress(graph.clusters[parent].path, below), length});
    return graph.clusters.size() - 1;
  }

  LogicalResult visit(Block &block, unsigned cluster) {
    for (Operation &op : block) {
      if (auto sample = dyn_cast<gen::SampleOp>(op))
        visitSample(sample, cluster);
      else if (auto param = dyn_cast<gen::ParamOp>(op))
        visitParameter(param);
      else if (auto map = dyn_cast<gen::MapOp>(op)) {
        if (failed(visitMap(map, cluster)))
          return failure();
      } else if (isa<gen::ReturnOp>(op))
        visitReturn(op);
      else if (!isa<gen::YieldOp>(op))
        visitCode(op, cluster);
    }
    return success();
  }

  Sources sourcesOf(ValueRange values) {
    Sources all;
    for (Value value : values)
      all.insert_range(sources[value]);
    return all;
  }

  void connect(const Sources &from, unsigned to) {
    for (unsigned source : from)
      graph.edges.push_back({source, to});
  }

  void visitSample(gen::SampleOp op, unsigned cluster) {
    unsigned number = addNode(GraphNode::Kind::choice, enter(cluster, op.getAddress().value_or("")),
                              patterns[op], op.getDistribution().str(), op.getResult());
    connect(sourcesOf(op.getParameters()), number);
    sources[op.getResult()].insert(number);
  }

  /// A parameter that several functions name is one node.
  void visitParameter(gen::ParamOp op) {
    auto [at, isNew] = parameters.try_emplace(op.getName().str(), 0);
    if (isNew)
      at->second = addNode(GraphNode::Kind::parameter, 0, op.getName().str(), "", op.getResult());
    sources[op.getResult()].insert(at->second);
  }

  static FailureOr<std::string> lengthText(gen::MapOp op) {
    gen::RowOp row = rowOf(op);
    auto offsets = row ? dyn_cast<BlockArgument>(row.getOffsets()) : BlockArgument();
    return offsets ? "row of " + argumentName(offsets) : symbolicSize(op.getLength(), op);
  }

  LogicalResult visitMap(gen::MapOp op, unsigned cluster) {
    FailureOr<std::string> length = lengthText(op);
    if (failed(length))
      return failure();
    StringRef address = op.getAddress().value_or("");
    StringRef last = address.contains('/') ? address.rsplit('/').second : address;
    unsigned plate = addCluster(enter(cluster, address), last, gen::joinAddress(last, "*"), *length);
    Block &body = op.getBody().front();
    if (failed(visit(body, plate)))
      return failure();
    for (auto [result, yielded] : llvm::zip(op.getResults(), body.getTerminator()->getOperands()))
      sources[result] = sourcesOf(yielded);
    return success();
  }

  void visitReturn(Operation &op) {
    if (op.getNumOperands() == 0)
      return;
    connect(sourcesOf(op.getOperands()), addNode(GraphNode::Kind::returned, 0, "", "", op.getOperand(0)));
  }

  bool isWithin(unsigned cluster, unsigned outer) const {
    for (; cluster != outer; cluster = graph.clusters[cluster].parent)
      if (cluster == 0)
        return false;
    return true;
  }

  /// The innermost cluster with all of these nodes, if it lies within `plate`; a call's code has none of its
  /// own.
  unsigned callOf(const Sources &nodes, unsigned plate) const {
    unsigned common = graph.nodes[nodes[0]].cluster;
    while (!llvm::all_of(nodes, [&](unsigned node) { return isWithin(graph.nodes[node].cluster, common); }))
      common = graph.clusters[common].parent;
    return isWithin(common, plate) ? common : plate;
  }

  void visitCode(Operation &op, unsigned cluster) {
    if (isa<tensor::DimOp>(op))
      return;
    Sources from = sourcesOf(op.getOperands());
    for (Value result : op.getResults()) {
      sources[result] = from;
      if (from.size() < 2 || !sinks.forksAt(result))
        continue;
      unsigned number =
          addNode(GraphNode::Kind::deterministic, callOf(from, cluster), "", operationText(&op), result);
      connect(from, number);
      sources[result].clear();
      sources[result].insert(number);
    }
  }

  gen::FuncOp model;
  const Request *request;
  ModelGraph graph;
  Sinks sinks;
  llvm::DenseMap<Operation *, std::string> patterns;
  llvm::DenseMap<Value, Sources> sources;
  std::map<std::string, unsigned> parameters;
};

} // namespace

FailureOr<ModelGraph> modelGraph(gen::FuncOp model, const Request *request) {
  return Builder(model, request).build();
}

} // namespace genfuse::inspect

#include "tests/differential/Plan.h"
#include <algorithm>
#include <set>

namespace genfuse::differential {

const Function *Plan::find(const std::string &name) const {
  for (const Function &function : functions)
    if (function.name == name)
      return &function;
  return nullptr;
}

int64_t Sizes::at(const Size &size) const {
  if (size.row >= 0)
    return ofRow;
  return size.symbol >= 0 ? symbols.at(size.symbol) + size.fixed : size.fixed;
}

std::vector<int64_t> Sizes::shapeOf(const Type &type) const {
  std::vector<int64_t> shape;
  for (const Size &size : type.shape)
    shape.push_back(at(size));
  return shape;
}

static bool hasRow(const std::vector<Node> &body) {
  return std::any_of(body.begin(), body.end(),
                     [](const Node &node) { return node.kind == Kind::row || hasRow(node.body); });
}

bool Plan::hasRows() const { return hasRow(entry().body); }

std::vector<int64_t> Leaf::arrayShape() const {
  std::vector<int64_t> result = plates;
  if (!offsets.empty()) {
    result.erase(result.begin());
    result.front() = offsets.back();
  }
  result.insert(result.end(), shape.begin(), shape.end());
  return result;
}

static void collectTypes(const std::vector<Node> &body, std::map<int, Type> &types) {
  for (const Node &node : body) {
    if (node.result >= 0)
      types[node.result] = node.type;
    for (int index : {node.index, node.rowLength})
      if (index >= 0)
        types[index] = {Scalar::index, {}};
    for (size_t i = 0; i < node.stacks.size(); ++i)
      types[node.stacks[i]] = node.stackTypes[i];
    collectTypes(node.body, types);
  }
}

std::map<int, Type> typesOf(const Function &function) {
  std::map<int, Type> types;
  for (const Argument &argument : function.arguments)
    types[argument.value] = argument.type;
  collectTypes(function.body, types);
  return types;
}

namespace {

std::string join(const std::string &prefix, const std::string &address) {
  return prefix.empty() || address.empty() ? prefix + address : prefix + "/" + address;
}

/// Visits a function's statements with its sizes known.
class Walker {
public:
  explicit Walker(const Plan &plan) : plan(plan) {}

  void visit(const Function &function, const std::vector<Node> &body, const Sizes &sizes,
             const std::string &prefix) {
    for (const Node &node : body) {
      std::string address = join(prefix, node.address);
      if (node.kind == Kind::sample) {
        bool ragged = std::find(plates.begin(), plates.end(), Sizes::ofRow) != plates.end();
        leaves.push_back({address, node.name, node.type.scalar, plates, sizes.shapeOf(node.type),
                          ragged ? sizes.offsets : std::vector<int64_t>{}});
      } else if (node.kind == Kind::parameter) {
        std::string path = function.name + "/" + node.name;
        if (known.insert(path).second)
          parameters.push_back({path, sizes.shapeOf(node.type)});
      } else if (node.kind == Kind::plate) {
        plates.push_back(sizes.at(node.length));
        visit(function, node.body, sizes, join(address, "*"));
        plates.pop_back();
      } else if (node.kind == Kind::call) {
        Sizes inner{{}, sizes.offsets};
        for (const Size &size : node.sizes)
          inner.symbols.push_back(sizes.at(size));
        const Function &callee = *plan.find(node.name);
        visit(callee, callee.body, inner, address);
      }
    }
  }

  const Plan &plan;
  std::vector<int64_t> plates;
  std::vector<Leaf> leaves;
  std::vector<Parameter> parameters;
  std::set<std::string> known;
};

Walker walk(const Plan &plan, const Sizes &sizes) {
  Walker walker(plan);
  walker.visit(plan.entry(), plan.entry().body, sizes, "");
  return walker;
}

} // namespace

std::vector<Leaf> leavesOf(const Plan &plan, const Sizes &sizes) { return walk(plan, sizes).leaves; }

std::vector<Parameter> parametersOf(const Plan &plan, const Sizes &sizes) {
  return walk(plan, sizes).parameters;
}

} // namespace genfuse::differential

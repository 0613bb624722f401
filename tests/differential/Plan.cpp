#include "tests/differential/Plan.h"
#include <set>

namespace genfuse::differential {

const Function *Plan::find(const std::string &name) const {
  for (const Function &function : functions)
    if (function.name == name)
      return &function;
  return nullptr;
}

static void collectTypes(const std::vector<Node> &body, std::map<int, Type> &types) {
  for (const Node &node : body) {
    if (node.result >= 0)
      types[node.result] = node.type;
    if (node.index >= 0)
      types[node.index] = {Scalar::index, {}};
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

  void visit(const Function &function, const std::vector<Node> &body, const std::vector<int64_t> &sizes,
             const std::string &prefix) {
    auto resolve = [&](const Size &size) { return size.symbol >= 0 ? sizes.at(size.symbol) : size.fixed; };
    auto shapeOf = [&](const Type &type) {
      std::vector<int64_t> shape;
      for (const Size &size : type.shape)
        shape.push_back(resolve(size));
      return shape;
    };
    for (const Node &node : body) {
      std::string address = join(prefix, node.address);
      if (node.kind == Kind::sample) {
        leaves.push_back({address, node.name, node.type.scalar, plates, shapeOf(node.type)});
      } else if (node.kind == Kind::parameter) {
        std::string path = function.name + "/" + node.name;
        if (known.insert(path).second)
          parameters.push_back({path, shapeOf(node.type)});
      } else if (node.kind == Kind::plate) {
        plates.push_back(resolve(node.length));
        visit(function, node.body, sizes, join(address, "*"));
        plates.pop_back();
      } else if (node.kind == Kind::call) {
        std::vector<int64_t> inner;
        for (const Size &size : node.sizes)
          inner.push_back(resolve(size));
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

Walker walk(const Plan &plan, const std::vector<int64_t> &sizes) {
  Walker walker(plan);
  walker.visit(plan.entry(), plan.entry().body, sizes, "");
  return walker;
}

} // namespace

std::vector<Leaf> leavesOf(const Plan &plan, const std::vector<int64_t> &sizes) {
  return walk(plan, sizes).leaves;
}

std::vector<Parameter> parametersOf(const Plan &plan, const std::vector<int64_t> &sizes) {
  return walk(plan, sizes).parameters;
}

} // namespace genfuse::differential

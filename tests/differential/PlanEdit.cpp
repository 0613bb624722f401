#include "tests/differential/PlanEdit.h"
#include <algorithm>
#include <functional>
#include <set>

namespace genfuse::differential {

namespace {

void collect(const std::vector<Node> &body, Place at, std::vector<Place> &places) {
  for (size_t i = body.size(); i-- > 0;) {
    Place here = at;
    here.path.push_back(i);
    places.push_back(here);
    collect(body[i].body, here, places);
  }
}

std::vector<Node> &bodyAt(Plan &plan, const Place &place) {
  std::vector<Node> *body = &plan.functions[place.function].body;
  for (size_t i = 0; i + 1 < place.path.size(); ++i)
    body = &(*body)[place.path[i]].body;
  return *body;
}

void forEachNode(std::vector<Node> &body, const std::function<void(Node &)> &f) {
  for (Node &node : body) {
    f(node);
    forEachNode(node.body, f);
  }
}

void forEachSize(Node &node, const std::function<void(Size &)> &f) {
  auto all = [&](std::vector<Size> &sizes) { std::for_each(sizes.begin(), sizes.end(), f); };
  f(node.length);
  all(node.type.shape);
  for (Type &type : node.stackTypes)
    all(type.shape);
  all(node.sizes);
}

std::multiset<int> usesIn(Function &function) {
  std::multiset<int> uses;
  forEachNode(function.body, [&](Node &node) {
    uses.insert(node.operands.begin(), node.operands.end());
    uses.insert(node.yields.begin(), node.yields.end());
    forEachSize(node, [&](Size &size) { uses.insert(size.row); });
  });
  uses.insert(function.returned);
  return uses;
}

int lastValue(Function &function) {
  int last = 0;
  for (const auto &[value, type] : typesOf(function))
    last = std::max(last, value);
  return last;
}

void replaceUses(Function &function, int from, int to) {
  auto replace = [&](std::vector<int> &values) { std::replace(values.begin(), values.end(), from, to); };
  forEachNode(function.body, [&](Node &node) {
    replace(node.operands);
    replace(node.yields);
  });
  if (function.returned == from)
    function.returned = to;
}

/// Statements that make a value of the type with that number.
std::vector<Node> constantNodes(int value, const Type &type, int fresh) {
  Node scalar;
  scalar.kind = Kind::constant;
  scalar.type = {type.scalar, {}};
  scalar.attribute = type.scalar == Scalar::real ? "0.5" : type.scalar == Scalar::boolean ? "true" : "0";
  scalar.result = type.shape.empty() ? value : fresh;
  if (type.shape.empty())
    return {scalar};
  Node splat;
  splat.name = "tensor.splat";
  splat.operands = {fresh};
  splat.type = type;
  splat.result = value;
  return {scalar, splat};
}

bool hasChoices(const std::vector<Node> &body) {
  return std::any_of(body.begin(), body.end(), [](const Node &node) {
    return node.kind == Kind::sample || node.kind == Kind::call || hasChoices(node.body);
  });
}

bool removeUnusedIn(std::vector<Node> &body, const std::multiset<int> &uses) {
  bool changed = false;
  for (Node &node : body) {
    changed = removeUnusedIn(node.body, uses) || changed;
    for (size_t i = node.stacks.size(); i-- > 0;)
      if (!uses.count(node.stacks[i])) {
        node.stacks.erase(node.stacks.begin() + long(i));
        node.yields.erase(node.yields.begin() + long(i));
        node.stackTypes.erase(node.stackTypes.begin() + long(i));
        changed = true;
      }
  }
  return std::erase_if(body,
                       [&](const Node &node) {
                         if (node.kind == Kind::plate)
                           return node.stacks.empty() && !hasChoices(node.body);
                         return node.kind != Kind::sample && node.kind != Kind::call &&
                                !uses.count(node.result) &&
                                (node.kind != Kind::row || !uses.count(node.rowLength));
                       }) > 0 ||
         changed;
}

/// The symbols that something in the function needs.
std::set<int> symbolsUsed(Function &function) {
  std::set<int> used;
  forEachNode(function.body,
              [&](Node &node) { forEachSize(node, [&](Size &size) { used.insert(size.symbol); }); });
  return used;
}

/// An argument that is not used goes, unless it is the only one that says how large something is.
bool removeArgument(Plan &plan, size_t number, size_t at) {
  Function &function = plan.functions[number];
  const Argument &argument = function.arguments[at];
  if (usesIn(function).count(argument.value))
    return false;
  std::set<int> used = symbolsUsed(function);
  for (const Size &size : argument.type.shape) {
    if (size.symbol < 0 || !used.count(size.symbol))
      continue;
    bool elsewhere = false;
    for (size_t i = 0; i < function.arguments.size(); ++i)
      for (const Size &other : function.arguments[i].type.shape)
        elsewhere = elsewhere || (i != at && other.symbol == size.symbol);
    if (!elsewhere)
      return false;
  }
  for (Function &caller : plan.functions)
    forEachNode(caller.body, [&](Node &node) {
      if (node.kind == Kind::call && node.name == function.name)
        node.operands.erase(node.operands.begin() + long(at));
    });
  function.arguments.erase(function.arguments.begin() + long(at));
  return true;
}

bool removeArguments(Plan &plan) {
  bool changed = false;
  for (size_t f = 0; f < plan.functions.size(); ++f)
    for (size_t i = plan.functions[f].arguments.size(); i-- > 0;)
      changed = removeArgument(plan, f, i) || changed;
  return changed;
}

} // namespace

std::vector<Place> placesOf(const Plan &plan) {
  std::vector<Place> places;
  for (size_t f = plan.functions.size(); f-- > 0;)
    collect(plan.functions[f].body, {f, {}}, places);
  return places;
}

const Node &nodeAt(const Plan &plan, const Place &place) {
  return bodyAt(const_cast<Plan &>(plan), place)[place.path.back()];
}

bool removeNode(Plan &plan, const Place &place) {
  Function &function = plan.functions[place.function];
  std::vector<Node> &body = bodyAt(plan, place);
  Node removed = body[place.path.back()];
  std::multiset<int> uses = usesIn(function);
  std::vector<Node> constants;
  int fresh = lastValue(function);
  auto stand = [&](int value, const Type &type) {
    if (value < 0 || !uses.count(value))
      return;
    for (Node &node : constantNodes(value, type, ++fresh))
      constants.push_back(std::move(node));
  };
  stand(removed.result, removed.type);
  if (removed.kind == Kind::row) {
    stand(removed.rowLength, removed.type);
    forEachNode(function.body, [&](Node &node) {
      forEachSize(node, [&](Size &size) {
        if (size.row == removed.rowLength)
          size = removed.length;
      });
    });
  }
  for (size_t i = 0; i < removed.stacks.size(); ++i)
    stand(removed.stacks[i], removed.stackTypes[i]);
  if (removed.kind == Kind::constant && !constants.empty())
    return false;
  body.erase(body.begin() + long(place.path.back()));
  body.insert(body.begin() + long(place.path.back()), constants.begin(), constants.end());
  return true;
}

bool replaceByOperand(Plan &plan, const Place &place, size_t number) {
  Function &function = plan.functions[place.function];
  std::vector<Node> &body = bodyAt(plan, place);
  const Node node = body[place.path.back()];
  if (node.result < 0 || node.kind == Kind::row || number >= node.operands.size() ||
      !(typesOf(function).at(node.operands[number]) == node.type))
    return false;
  body.erase(body.begin() + long(place.path.back()));
  replaceUses(function, node.result, node.operands[number]);
  return true;
}

void removeUnused(Plan &plan) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (Function &function : plan.functions)
      while (removeUnusedIn(function.body, usesIn(function)))
        changed = true;
    changed = removeArguments(plan) || changed;
    std::set<std::string> called{plan.functions.back().name};
    for (Function &function : plan.functions)
      forEachNode(function.body, [&](Node &node) { called.insert(node.name); });
    changed = std::erase_if(plan.functions, [&](const Function &f) { return !called.count(f.name); }) > 0 ||
              changed;
  }
}

} // namespace genfuse::differential

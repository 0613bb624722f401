#include "runtime/Selection.h"
#include "runtime/Error.h"
#include "runtime/Nearest.h"
#include "runtime/SelectionNode.h"
#include <algorithm>
#include <functional>
#include <set>

namespace genfuse {
namespace {

using Node = Selection::Node;
using Kind = Node::Kind;

/// Stands for all indices of a plate that no path of a selection names: no parsed index is negative.
constexpr int64_t otherIndex = -1;

bool holds(const Node &node, const Path &address) {
  auto one = [&](const auto &operand) { return holds(*operand, address); };
  switch (node.kind) {
  case Kind::all:
    return true;
  case Kind::none:
    return false;
  case Kind::path: {
    const Relation relation = relate(node.path.path(), address);
    return relation == Relation::same || relation == Relation::around;
  }
  case Kind::complement:
    return !one(node.operands[0]);
  case Kind::intersection:
    return std::all_of(node.operands.begin(), node.operands.end(), one);
  case Kind::set_union:
    break;
  }
  return std::any_of(node.operands.begin(), node.operands.end(), one);
}

void forEachPath(const Node &node, const std::function<void(const Pattern &)> &visit) {
  if (node.kind == Kind::path)
    visit(node.path);
  for (const auto &operand : node.operands)
    forEachPath(*operand, visit);
}

/// The indices of a leaf fall into classes that no selection of these paths tells apart: at each star the
/// indices that a path names there, and all others together.
class LeafCells {
public:
  LeafCells(const Node &node, const Pattern &leaf) : node_(node), address_(leaf.path()) {
    for (size_t i = 0; i < address_.size(); ++i)
      if (address_[i].kind == Component::Kind::star)
        places_.push_back(i);
    named_.resize(places_.size());
    forEachPath(node, [&](const Pattern &path) {
      if (const Relation relation = relate(path.path(), leaf.path());
          relation != Relation::same && relation != Relation::around)
        return;
      for (size_t star = 0; star < places_.size() && places_[star] < path.path().size(); ++star)
        if (const Component &component = path.path()[places_[star]]; component.kind == Component::Kind::index)
          named_[star].insert(component.index);
    });
  }

  const std::set<int64_t> &named(size_t star) const { return named_[star]; }

  /// Calls `visit(cell, selected)` with an index or `otherIndex` for each star.
  void forEach(const std::function<void(const std::vector<int64_t> &, bool)> &visit) {
    std::vector<int64_t> cell;
    descend(cell, visit);
  }

private:
  void descend(std::vector<int64_t> &cell,
               const std::function<void(const std::vector<int64_t> &, bool)> &visit) {
    if (cell.size() == places_.size())
      return visit(cell, holds(node_, address_));
    const size_t star = cell.size();
    auto enter = [&](int64_t index) {
      address_[places_[star]] = {Component::Kind::index, index, {}};
      cell.push_back(index);
      descend(cell, visit);
      cell.pop_back();
    };
    for (int64_t index : named_[star])
      enter(index);
    enter(otherIndex);
  }

  const Node &node_;
  Path address_;
  std::vector<size_t> places_;           ///< of the stars in the path
  std::vector<std::set<int64_t>> named_; ///< per star
};

/// Appends the elements of a cell, with all other indices written out.
void expand(const LeafCells &cells, const std::vector<int64_t> &cell, const Shape &lengths,
            std::vector<int64_t> &element, std::vector<std::vector<int64_t>> &result) {
  const size_t star = element.size();
  if (star == cell.size())
    return result.push_back(element);
  const bool others = cell[star] == otherIndex;
  for (int64_t index = others ? 0 : cell[star]; index < (others ? lengths[star] : cell[star] + 1); ++index) {
    if (others && cells.named(star).count(index))
      continue;
    element.push_back(index);
    expand(cells, cell, lengths, element, result);
    element.pop_back();
  }
}

/// The leaves and all their prefixes.
std::vector<std::string> knownPaths(const std::vector<std::string> &leafNames) {
  std::vector<std::string> known;
  for (const std::string &leaf : leafNames)
    for (size_t end = leaf.find('/');; end = leaf.find('/', end + 1)) {
      const std::string prefix = leaf.substr(0, end);
      if (std::find(known.begin(), known.end(), prefix) == known.end())
        known.push_back(prefix);
      if (end == std::string::npos)
        break;
    }
  return known;
}

void expectKnown(const Pattern &path, const std::vector<std::string> &leafNames) {
  for (const std::string &leaf : leafNames)
    if (const Relation relation = relate(path.path(), Pattern::parse(leaf).path());
        relation == Relation::same || relation == Relation::around)
      return;
  const std::string nearest = nearestOf(path.text(), knownPaths(leafNames));
  throw Error(
      "selection: unknown address '" + path.text() + "'" +
      (nearest.empty()
           ? ", expected none: there are no choices"
           : ", expected one of the model's choices or what holds them; the nearest is '" + nearest + "'"));
}

} // namespace

const char *extentName(Extent extent) {
  return extent == Extent::none ? "none" : extent == Extent::some ? "some" : "all";
}

Selection Selection::all() { return Selection(std::make_shared<Node>(Node{Kind::all, {}, {}})); }

Selection Selection::none() { return Selection(std::make_shared<Node>(Node{Kind::none, {}, {}})); }

Selection Selection::at(std::string_view path) {
  return Selection(std::make_shared<Node>(Node{Kind::path, Pattern::parse(path), {}}));
}

Selection Selection::at(const Address &address) { return at(address.text()); }

Selection Selection::operator~() const {
  return Selection(std::make_shared<Node>(Node{Kind::complement, {}, {node_}}));
}

/// Operands of the same kind are taken over, so that a chain is one node.
static std::shared_ptr<const Node> join(Kind kind, const std::shared_ptr<const Node> &left,
                                        const std::shared_ptr<const Node> &right) {
  auto result = std::make_shared<Node>(Node{kind, {}, {}});
  for (const auto &side : {left, right})
    if (side->kind == kind)
      result->operands.insert(result->operands.end(), side->operands.begin(), side->operands.end());
    else
      result->operands.push_back(side);
  return result;
}

Selection Selection::operator|(const Selection &other) const {
  return Selection(join(Kind::set_union, node_, other.node_));
}

Selection Selection::operator&(const Selection &other) const {
  return Selection(join(Kind::intersection, node_, other.node_));
}

bool Selection::contains(const Address &address) const { return holds(*node_, address.path()); }

Extent Selection::extentOf(std::string_view leaf) const {
  bool any = false, every = true;
  LeafCells(*node_, Pattern::parse(leaf)).forEach([&](const std::vector<int64_t> &, bool selected) {
    any = any || selected;
    every = every && selected;
  });
  return every ? Extent::all : any ? Extent::some : Extent::none;
}

std::vector<LeafExtent> Selection::leaves(const std::vector<std::string> &leafNames) const {
  forEachPath(*node_, [&](const Pattern &path) { expectKnown(path, leafNames); });
  std::vector<LeafExtent> result;
  for (const std::string &leaf : leafNames)
    result.push_back({leaf, extentOf(leaf)});
  return result;
}

std::vector<std::vector<int64_t>> Selection::elements(std::string_view leaf,
                                                      const Shape &plateLengths) const {
  const Pattern pattern = Pattern::parse(leaf);
  if (pattern.stars() != plateLengths.size())
    throw Error("address '" + pattern.text() + "': expected " + std::to_string(pattern.stars()) +
                " plate lengths, got " + std::to_string(plateLengths.size()));
  LeafCells cells(*node_, pattern);
  for (size_t star = 0; star < plateLengths.size(); ++star)
    if (!cells.named(star).empty() && *cells.named(star).rbegin() >= plateLengths[star])
      throw Error("selection: index " + std::to_string(*cells.named(star).rbegin()) +
                  " is past the end of '" + pattern.text() + "', which has " + shapeText(plateLengths) +
                  " elements");
  std::vector<std::vector<int64_t>> result;
  std::vector<int64_t> element;
  cells.forEach([&](const std::vector<int64_t> &cell, bool selected) {
    if (selected)
      expand(cells, cell, plateLengths, element, result);
  });
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace genfuse

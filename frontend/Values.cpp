#include "frontend/Values.h"
#include "frontend/Map.h"
#include "frontend/Trace.h"

using namespace mlir;

namespace genfuse {

detail::Node Values::find(const Label &name) const {
  std::string known;
  for (const Entry &entry : entries_) {
    if (entry.name == name.text)
      return entry.value;
    known += (known.empty() ? "" : ", ") + entry.name;
  }
  detail::fail(name.where, "no value is named '" + name.text + "'; " +
                               (known.empty() ? "there are none" : "there are " + known));
}

Values Values::with(const Values &others, SourceLocation where) const {
  std::vector<Entry> all = entries_;
  for (const Entry &other : others.entries_) {
    for (const Entry &entry : entries_)
      if (entry.name == other.name)
        detail::fail(where, "two values are named '" + entry.name + "'");
    all.push_back(other);
  }
  return Values(std::move(all));
}

/// Calls `combine` with the values of each name.
static Values combined(const Values &a, const Values &b, SourceLocation where,
                       llvm::function_ref<detail::Node(const detail::Node &, const detail::Node &)> combine) {
  std::vector<Values::Entry> all;
  const auto &left = a.entries(), &right = b.entries();
  for (size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    if (i >= left.size() || i >= right.size() || left[i].name != right[i].name)
      detail::fail(where, "expected values of the same names, got '" +
                              (i < left.size() ? left[i].name : std::string("nothing")) + "' and '" +
                              (i < right.size() ? right[i].name : std::string("nothing")) + "'");
    all.push_back({left[i].name, combine(left[i].value, right[i].value)});
  }
  return Values(std::move(all));
}

namespace detail {

Values binaryOfValues(Binary operation, const Values &a, const Values &b, SourceLocation where) {
  return combined(a, b, where, [&](const Node &x, const Node &y) { return binary(operation, x, y, where); });
}

Values scaledValues(const Node &factor, const Values &a, SourceLocation where) {
  std::vector<Values::Entry> all;
  for (const Values::Entry &entry : a.entries())
    all.push_back({entry.name, binary(Binary::multiply, factor, entry.value, where)});
  return Values(std::move(all));
}

/// A standard normal, or a vector or matrix of them.
static Node normals(Here &here, const Node &like, unsigned dimension) {
  auto type = tensorType(here.use(like));
  if (!type || dimension == type.getRank()) {
    const Node parameters[] = {Node::ofReal(0), Node::ofReal(1)};
    return sample(Label("", here.where), "normal", parameters);
  }
  const AnySource sources[] = {{here.node(here.size(here.use(like), dimension)), Access::index}};
  Plate plate(Label("element", here.where), sources);
  Node element = normals(here, like, dimension + 1);
  return plate.finish(&element);
}

} // namespace detail

Real dot(const Values &a, const Values &b, SourceLocation where) {
  detail::Node total = Real(0.0);
  combined(a, b, where, [&](const detail::Node &x, const detail::Node &y) {
    detail::Here here(where);
    auto type = detail::tensorType(here.use(x));
    detail::Node product = !type                 ? binary(detail::Binary::multiply, x, y, where)
                           : type.getRank() == 1 ? detail::einsum("i,i->", {x, y}, where)
                                                 : detail::einsum("ij,ij->", {x, y}, where);
    total = binary(detail::Binary::add, total, product, where);
    return total;
  });
  return Real(total);
}

Values select(const Bool &condition, const Values &a, const Values &b, SourceLocation where) {
  return combined(a, b, where, [&](const detail::Node &x, const detail::Node &y) {
    return choose(condition, x, y, where);
  });
}

Values standard_normal(const Values &like, SourceLocation where) {
  detail::Here here(where);
  std::vector<Values::Entry> all;
  for (const Values::Entry &entry : like.entries())
    all.push_back({entry.name, detail::normals(here, entry.value, 0)});
  return Values(std::move(all));
}

} // namespace genfuse

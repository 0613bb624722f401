#include "frontend/Map.h"
#include "frontend/Trace.h"
#include "ir/Assembly.h"

using namespace mlir;

namespace genfuse::detail {

/// How many iterations a source gives; null if it does not say.
static Value lengthOf(Here &here, const AnySource &source) {
  if (source.access == Access::same)
    return {};
  Value value = here.use(source.node);
  if (source.access == Access::row)
    here.size(value, 1); // The same in every iteration, so computed before them.
  return source.access == Access::index ? value : here.size(value, 0);
}

static std::optional<int64_t> knownLength(Value length) {
  IntegerAttr known;
  if (!matchPattern(length, m_Constant(&known)))
    return std::nullopt;
  return known.getInt();
}

/// The length of all sources; one that is a number if there is one.
static Value commonLength(Here &here, std::span<const AnySource> sources) {
  Value common;
  for (const AnySource &source : sources) {
    Value length = lengthOf(here, source);
    if (!length)
      continue;
    std::optional<int64_t> known = knownLength(length), before = common ? knownLength(common) : std::nullopt;
    if (known && *known < 0)
      here.fail("a plate has a length of at least 0, got " + std::to_string(*known));
    if (known && before && *known != *before)
      here.fail("the sources of a plate have lengths " + std::to_string(*before) + " and " +
                std::to_string(*known));
    if (!common || (known && !before))
      common = length;
  }
  if (!common)
    here.fail("a plate runs over gf::rows, gf::elements or gf::range: gf::shared alone has no length");
  return common;
}

struct Plate::State {
  explicit State(const Label &address) : here(address.where) {}
  Here here;
  gen::MapOp map;
  bool finished = false;
};

Plate::Plate(const Label &address, std::span<const AnySource> sources)
    : state(std::make_unique<State>(address)) {
  Here &here = state->here;
  checkAddress(address, "address");
  here.trace.scopes.back().take(address, /*isLeaf=*/true);
  Value length = commonLength(here, sources);
  state->map = here.make<gen::MapOp>(TypeRange(), here.builder.getStringAttr(address.text), length);
  Block &body = state->map.getBody().emplaceBlock();
  body.addArgument(here.builder.getIndexType(), here.loc);
  here.builder.setInsertionPointToEnd(&body);
  here.trace.scopes.emplace_back();
}

Plate::~Plate() {
  if (state->finished)
    return;
  // An error is on its way: what was traced is dropped with its trace.
  state->here.trace.scopes.pop_back();
  state->here.builder.setInsertionPointToEnd(state->map->getBlock());
}

Node Plate::element(const AnySource &source) const {
  Here &here = state->here;
  Value index = state->map.getBody().getArgument(0);
  switch (source.access) {
  case Access::index:
    return here.node(index);
  case Access::element:
    return here.node(here.make<tensor::ExtractOp>(here.use(source.node), index));
  case Access::row:
    return here.node(here.slice(here.use(source.node), 0, index));
  case Access::same:
    return source.node;
  }
  llvm_unreachable("every access is handled");
}

Node Plate::finish(const Node *result) {
  Here &here = state->here;
  SmallVector<Value> values;
  SmallVector<Type> types;
  if (result) {
    values.push_back(here.use(*result));
    std::optional<int64_t> length = knownLength(state->map.getLength());
    types.push_back(gen::stackedType(values[0].getType(), false, length.value_or(ShapedType::kDynamic)));
  }
  here.make<gen::YieldOp>(values);
  here.trace.scopes.pop_back();
  here.builder.setInsertionPointToEnd(state->map->getBlock());
  state->finished = true;
  if (!result)
    return Node::ofInteger(0, Kind::integer);
  // The results are known only now: the same plate again, with them.
  auto typed = here.make<gen::MapOp>(types, state->map.getAddressAttr(), state->map.getLength());
  typed.getBody().takeBody(state->map.getBody());
  state->map.erase();
  return here.node(typed.getResult(0));
}

} // namespace genfuse::detail

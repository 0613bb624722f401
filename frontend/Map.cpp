#include "frontend/Map.h"
#include "frontend/Trace.h"
#include "ir/Assembly.h"

using namespace mlir;

namespace genfuse::detail {

/// The row that a source runs over; null if it is of no row.
static gen::RowOp rowOf(Here &here, const AnySource &source) {
  if (source.row && source.access != Access::ragged)
    return here.use(*source.row).getDefiningOp<gen::RowOp>();
  if (source.access != Access::index)
    return {};
  Value size = here.use(source.node);
  auto row = size.getDefiningOp<gen::RowOp>();
  return row && size == row.getLength() ? row : gen::RowOp();
}

/// How many rows the offsets stand for.
static Value rowCount(Here &here, Value offsets) {
  auto argument = dyn_cast<BlockArgument>(offsets);
  if (!argument || !isa<FunctionOpInterface>(argument.getOwner()->getParentOp()))
    here.fail(
        "the offsets of gf::ragged are an argument of the model: they decide how much memory a call needs");
  if (!isa<FunctionOpInterface>(here.builder.getInsertionBlock()->getParentOp()))
    here.fail("a plate over gf::ragged stands in no other plate: rows of different lengths lie in one plate, "
              "not in "
              "several");
  return here.make<arith::SubIOp>(here.size(offsets, 0), here.index(1));
}

/// How many iterations a source gives; null if it does not say.
static Value lengthOf(Here &here, const AnySource &source) {
  if (source.access == Access::same)
    return {};
  Value value = here.use(source.node);
  if (source.access == Access::ragged)
    return rowCount(here, value);
  return source.access == Access::index ? value : here.size(value, 0);
}

/// The row of all sources; null if they are of none.
static gen::RowOp commonRow(Here &here, std::span<const AnySource> sources) {
  gen::RowOp common;
  bool others = false;
  for (const AnySource &source : sources) {
    gen::RowOp row = rowOf(here, source);
    if (row && common && row != common)
      here.fail("the sources of a plate are of different rows of ragged data");
    common = row ? row : common;
    others = others || (!row && source.access != Access::same);
  }
  if (common && others)
    here.fail("the sources of a plate over a row of ragged data are all of that row, as in "
              "gf::elements(values, row), or gf::shared");
  if (common && common->getBlock() != here.builder.getInsertionBlock())
    here.fail("a plate over a row of ragged data stands directly in the body of the plate that has the row");
  return common;
}

static std::optional<int64_t> knownLength(Value length) {
  IntegerAttr known;
  if (!matchPattern(length, m_Constant(&known)))
    return std::nullopt;
  return known.getInt();
}

/// The length of all sources; one that is a number if there is one.
static Value commonLength(Here &here, std::span<const AnySource> sources) {
  if (gen::RowOp row = commonRow(here, sources))
    return row.getLength();
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
  Value place(const AnySource &source);

  Here here;
  gen::MapOp map;
  Value inAll; ///< where the element of a row lies among all elements; null until it is needed
  bool finished = false;
};

Plate::Plate(const Label &address, std::span<const AnySource> sources)
    : state(std::make_unique<State>(address)) {
  Here &here = state->here;
  checkAddress(address, "address");
  here.trace.scopes.back().take(address, /*isLeaf=*/true);
  for (const AnySource &source : sources)
    if (source.access == Access::row)
      here.size(here.use(source.node), 1); // The same in every iteration, so computed before them.
  Value length = commonLength(here, sources);
  state->map = here.make<gen::MapOp>(TypeRange(), here.builder.getStringAttr(address.text), length);
  Block &body = state->map.getBody().emplaceBlock();
  body.addArgument(here.builder.getIndexType(), here.loc);
  here.builder.setInsertionPointToEnd(&body);
  here.trace.scopes.emplace_back();
}

/// Where an iteration's element of a source lies: at the index of the plate or, in ragged data, so far behind
/// the start of its row.
Value Plate::State::place(const AnySource &source) {
  Value index = map.getBody().getArgument(0);
  if (!source.row)
    return index;
  if (!inAll)
    inAll = here.make<arith::AddIOp>(here.use(*source.row), index);
  return inAll;
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
    return here.node(here.make<tensor::ExtractOp>(here.use(source.node), state->place(source)));
  case Access::row:
    return here.node(here.slice(here.use(source.node), 0, state->place(source)));
  case Access::ragged:
    return here.node(here.make<gen::RowOp>(index, here.use(source.node), here.use(*source.row)).getStart());
  case Access::same:
    return source.node;
  }
  llvm_unreachable("every access is handled");
}

Node rowLength(const Node &row, SourceLocation where) {
  Here here(where);
  return here.node(here.use(row).getDefiningOp<gen::RowOp>().getLength());
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

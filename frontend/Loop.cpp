#include "frontend/Loop.h"
#include "frontend/Trace.h"
#include "ir/Assembly.h"

using namespace mlir;

namespace genfuse::detail {

struct Iterations::State {
  explicit State(SourceLocation where) : here(where) {}
  Here here;
  gen::LoopOp loop;
  bool finished = false;
};

Iterations::Iterations(const Node &count, std::span<const Node> start, SourceLocation where)
    : state(std::make_unique<State>(where)) {
  Here &here = state->here;
  if (!isa<gen::ProcedureOp>(*here.trace.function))
    here.fail(
        "a loop stands in a procedure (gf::procedure): the iterations of a model are independent (gf::map)");
  Value length = here.use(count);
  if (!length.getType().isIndex())
    length = here.make<arith::IndexCastOp>(here.builder.getIndexType(), length);
  SmallVector<Value> starts;
  for (const Node &node : start)
    starts.push_back(here.use(node));
  state->loop = here.make<gen::LoopOp>(ValueRange(starts).getTypes(), length, starts);
  here.builder.setInsertionPointToEnd(state->loop.getBlock());
  here.trace.scopes.emplace_back();
}

Iterations::~Iterations() {
  if (state->finished)
    return;
  // An error is on its way: what was traced is dropped with its trace.
  state->here.trace.scopes.pop_back();
  state->here.builder.setInsertionPointToEnd(state->loop->getBlock());
}

Node Iterations::index() const { return state->here.node(state->loop.getIndex()); }

std::vector<Node> Iterations::carried() const {
  std::vector<Node> nodes;
  for (Value value : state->loop.getCarried())
    nodes.push_back(state->here.node(value));
  return nodes;
}

std::vector<Node> Iterations::finish(std::span<const Node> next, std::span<const Node> kept) {
  Here &here = state->here;
  gen::LoopOp loop = state->loop;
  if (next.size() != loop.getNumCarried())
    here.fail("the loop carries " + std::to_string(loop.getNumCarried()) +
              " values, and its body carries on " + std::to_string(next.size()));
  SmallVector<Value> yielded;
  SmallVector<Type> types(loop.getResultTypes());
  for (auto [node, carried] : llvm::zip(next, loop.getCarried())) {
    Value value = here.use(node);
    Type type = carried.getType();
    if (getElementTypeOrSelf(value.getType()) != getElementTypeOrSelf(type) ||
        failed(verifyCompatibleShape(value.getType(), type)))
      here.fail("the loop carries a " + describe(type) + ", and its body carries on a " +
                describe(value.getType()));
    yielded.push_back(value.getType() == type ? value : here.make<tensor::CastOp>(type, value).getResult());
  }
  IntegerAttr known;
  matchPattern(loop.getLength(), m_Constant(&known));
  for (const Node &node : kept) {
    yielded.push_back(here.use(node));
    types.push_back(
        gen::stackedType(yielded.back().getType(), false, known ? known.getInt() : ShapedType::kDynamic));
  }
  here.make<gen::YieldOp>(yielded);
  here.trace.scopes.pop_back();
  here.builder.setInsertionPointToEnd(loop->getBlock());
  state->finished = true;
  // The results are known only now: the same loop again, with them.
  auto typed = here.make<gen::LoopOp>(types, loop.getLength(), loop.getStarts());
  typed.getBody().takeBody(loop.getBody());
  loop.erase();
  std::vector<Node> results;
  for (Value result : typed.getResults())
    results.push_back(here.node(result));
  return results;
}

} // namespace genfuse::detail

#include "passes/derive/InlineCalls.h"
#include "ir/Addresses.h"

using namespace mlir;

namespace genfuse {

namespace {

StringAttr prefixed(StringRef prefix, StringRef name, MLIRContext *context) {
  return StringAttr::get(context, gen::joinAddress(prefix, name));
}

/// Qualifies the parameters of a body that was just taken from function `name`.
void qualifyParameters(Block &block, StringRef name) {
  block.walk([&](gen::ParamOp param) {
    if (!param.getName().contains('/'))
      param.setNameAttr(prefixed(name, param.getName(), param.getContext()));
  });
}

/// Prefixes the addresses of an op that stands directly in an inlined body; ops within plates keep theirs.
void prefixAddress(Operation *op, StringRef prefix) {
  if (prefix.empty() || !isa<gen::SampleOp, gen::CallOp, gen::MapOp>(op))
    return;
  auto address = op->getAttrOfType<StringAttr>("address");
  op->setAttr("address", prefixed(prefix, address ? address.getValue() : "", op->getContext()));
}

void inlineCall(gen::CallOp call, gen::FuncOp callee) {
  OpBuilder builder(call);
  IRMapping mapping;
  Block &body = callee.getBody().front();
  mapping.map(body.getArguments(), call.getOperands());
  for (Operation &op : body.without_terminator()) {
    Operation *copy = builder.clone(op, mapping);
    copy->setLoc(CallSiteLoc::get(op.getLoc(), call.getLoc()));
    prefixAddress(copy, call.getAddress().value_or(""));
    if (auto param = dyn_cast<gen::ParamOp>(copy); param && !param.getName().contains('/'))
      param.setNameAttr(prefixed(callee.getSymName(), param.getName(), param.getContext()));
    for (Region &region : copy->getRegions())
      for (Block &block : region)
        qualifyParameters(block, callee.getSymName());
  }
  for (auto [result, value] : llvm::zip(call.getResults(), body.getTerminator()->getOperands()))
    result.replaceAllUsesWith(mapping.lookupOrDefault(value));
  call.erase();
}

} // namespace

LogicalResult inlineCalls(gen::FuncOp model) {
  SymbolTableCollection symbols;
  qualifyParameters(model.getBody().front(), model.getSymName());
  while (true) {
    gen::CallOp next;
    model.walk([&](gen::CallOp call) {
      next = call;
      return WalkResult::interrupt();
    });
    if (!next)
      return success();
    auto callee = symbols.lookupNearestSymbolFrom<gen::FuncOp>(next, next.getCalleeAttr());
    if (!callee)
      return next.emitOpError("calls an unknown function");
    inlineCall(next, callee);
  }
}

} // namespace genfuse

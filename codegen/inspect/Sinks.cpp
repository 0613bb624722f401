#include "codegen/inspect/Sinks.h"

using namespace mlir;

namespace genfuse::inspect {

Sinks::Set Sinks::through(OpOperand &use) {
  Operation *user = use.getOwner();
  if (isa<gen::SampleOp, gen::ReturnOp>(user))
    return {user};
  if (isa<tensor::DimOp>(user))
    return {};
  if (isa<gen::YieldOp>(user))
    return of(user->getParentOp()->getResult(use.getOperandNumber()));
  Set all;
  for (Value result : user->getResults())
    for (Operation *sink : of(result))
      all.insert(sink);
  return all;
}

const Sinks::Set &Sinks::of(Value value) {
  if (auto found = known.find(value); found != known.end())
    return found->second;
  Set all;
  for (OpOperand &use : value.getUses())
    for (Operation *sink : through(use))
      all.insert(sink);
  return known[value] = std::move(all);
}

bool Sinks::forksAt(Value value) {
  std::vector<Set> branches;
  for (OpOperand &use : value.getUses())
    if (Set branch = through(use); !branch.empty())
      branches.push_back(std::move(branch));
  return llvm::any_of(branches, [&](const Set &branch) { return branch != branches.front(); });
}

} // namespace genfuse::inspect

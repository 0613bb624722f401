#include "passes/lower/Record.h"

using namespace mlir;

namespace genfuse::lower {

static Value wordAt(OpBuilder &b, Location loc, Value record, int64_t at) {
  return LLVM::GEPOp::create(b, loc, record.getType(), b.getI64Type(), record,
                             ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(at)});
}

Value Record::asWord(OpBuilder &b, Location loc, Value value) {
  Type word = b.getI64Type();
  if (value.getType().isIndex())
    return arith::IndexCastOp::create(b, loc, word, value);
  if (value.getType().isF32())
    value = arith::ExtFOp::create(b, loc, b.getF64Type(), value);
  return value.getType() == word ? value : arith::BitcastOp::create(b, loc, word, value);
}

void Record::store(OpBuilder &b, Location loc, Value record, int64_t at, Value value) {
  LLVM::StoreOp::create(b, loc, asWord(b, loc, value), wordAt(b, loc, record, at));
}

Value Record::load(OpBuilder &b, Location loc, Value record, int64_t at) {
  return LLVM::LoadOp::create(b, loc, b.getI64Type(), wordAt(b, loc, record, at));
}

func::FuncOp Record::keeper(ModuleOp module) const {
  std::string name = "keep_failure_" + std::to_string(indices);
  if (auto known = module.lookupSymbol<func::FuncOp>(name))
    return known;
  Location loc = module.getLoc();
  OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
  SmallVector<Type> types(words(), b.getI64Type()); // all but the flag, and the record itself
  types.front() = LLVM::LLVMPointerType::get(b.getContext());
  auto function = func::FuncOp::create(b, loc, name, b.getFunctionType(types, {}));
  function.setPrivate();
  function->setAttr("passthrough", b.getStrArrayAttr({"noinline", "cold"}));
  Block *entry = function.addEntryBlock();
  b.setInsertionPointToStart(entry);
  Value record = entry->getArgument(0);
  auto given = [&](int64_t at) { return entry->getArgument(at < failed() ? at + 1 : at); };

  SmallVector<int64_t> order{instance(), number()};
  for (int64_t i = 0; i < indices; ++i)
    order.push_back(firstIndex + i);
  Value none = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(0));
  Value one = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(1));
  Value before =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, load(b, loc, record, failed()), none);
  Value same = arith::ConstantOp::create(b, loc, b.getBoolAttr(true));
  for (int64_t at : order) {
    Value old = load(b, loc, record, at);
    Value less = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, given(at), old);
    Value equal = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, given(at), old);
    before = arith::OrIOp::create(b, loc, before, arith::AndIOp::create(b, loc, same, less));
    same = arith::AndIOp::create(b, loc, same, equal);
  }
  auto branch = scf::IfOp::create(b, loc, before, /*withElse=*/false);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    for (int64_t at = 0; at < words(); ++at)
      store(b, loc, record, at, at == failed() ? one : Value(given(at)));
  }
  func::ReturnOp::create(b, loc);
  return function;
}

} // namespace genfuse::lower

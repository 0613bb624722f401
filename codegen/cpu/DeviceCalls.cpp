#include "codegen/cpu/DeviceCalls.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

using namespace mlir;

namespace genfuse {

namespace {

/// Bits of the type that ends the name of a device function; 0 if it ends otherwise.
int realBits(StringRef base) {
  if (base.ends_with("_f32"))
    return 32;
  return base.ends_with("_f64") || base.ends_with("_i64") ? 64 : 0;
}

VectorType withLength(VectorType type, int64_t length) {
  return VectorType::get({length}, type.getElementType());
}

/// Lanes [first, first + lanes) of a flat vector; lanes beyond its end repeat the last one.
Value takeLanes(OpBuilder &builder, Location loc, Value vector, int64_t first, int64_t lanes) {
  int64_t length = cast<VectorType>(vector.getType()).getDimSize(0);
  if (first == 0 && lanes == length)
    return vector;
  if (first + lanes <= length)
    return vector::ExtractStridedSliceOp::create(builder, loc, vector, ArrayRef<int64_t>{first},
                                                 ArrayRef<int64_t>{lanes}, ArrayRef<int64_t>{1});
  SmallVector<int64_t> order;
  for (int64_t lane = first; lane < first + lanes; ++lane)
    order.push_back(std::min(lane, length - 1));
  return vector::ShuffleOp::create(builder, loc, vector, vector, order);
}

/// Puts `piece` at lane `first`, and drops what of it lies beyond the end.
Value putLanes(OpBuilder &builder, Location loc, Value piece, Value whole, int64_t first) {
  int64_t length = cast<VectorType>(whole.getType()).getDimSize(0);
  int64_t lanes = std::min(cast<VectorType>(piece.getType()).getDimSize(0), length - first);
  piece = takeLanes(builder, loc, piece, 0, lanes);
  if (lanes == length)
    return piece;
  return vector::InsertStridedSliceOp::create(builder, loc, piece, whole, ArrayRef<int64_t>{first},
                                              ArrayRef<int64_t>{1});
}

/// Whether all vectors among the types have the shape of `result` and no scalable dimension.
bool agree(TypeRange types, VectorType result) {
  return !result.isScalable() && llvm::all_of(types, [&](Type type) {
    auto vector = dyn_cast<VectorType>(type);
    return !vector || (vector.getShape() == result.getShape() && !vector.isScalable());
  });
}

Value flatten(OpBuilder &builder, Location loc, Value value) {
  auto type = dyn_cast<VectorType>(value.getType());
  if (!type || type.getRank() == 1)
    return value;
  return vector::ShapeCastOp::create(builder, loc, withLength(type, type.getNumElements()), value);
}

/// Whether what is in there is outside of all loops, and of functions that loops call.
bool runsOnce(Operation *parent) {
  for (; !isa<func::FuncOp>(parent); parent = parent->getParentOp())
    if (isa<LoopLikeOpInterface>(parent))
      return false;
  return !parent->hasAttr("passthrough"); // of parts and shared bodies
}

} // namespace

Value DeviceCalls::callScalar(OpBuilder &builder, Location loc, StringRef name, ValueRange operands,
                              Type result) {
  auto type = builder.getFunctionType(operands.getTypes(), result);
  auto callee = symbols.lookup<func::FuncOp>(name);
  if (!callee) {
    callee = func::FuncOp::create(loc, name, type);
    callee.setPrivate();
    symbols.insert(callee);
  }
  if (callee.getFunctionType() != type) {
    emitError(loc) << "expected device function '" << name << "' of type " << callee.getFunctionType()
                   << ", got a call of type " << type;
    return nullptr;
  }
  if (name.starts_with("gf_random_") && runsOnce(builder.getInsertionBlock()->getParentOp()))
    callee = apart(callee);
  return func::CallOp::create(builder, loc, callee, operands).getResult(0);
}

func::FuncOp DeviceCalls::apart(func::FuncOp function) {
  const std::string name = (function.getSymName() + "_apart").str();
  if (auto known = symbols.lookup<func::FuncOp>(name))
    return known;
  OpBuilder builder(function.getContext());
  auto made = func::FuncOp::create(function.getLoc(), name, function.getFunctionType());
  made.setPrivate();
  made->setAttr("passthrough", builder.getStrArrayAttr({"noinline"}));
  made.setNoInline(true);
  Block &entry = *made.addEntryBlock();
  builder.setInsertionPointToEnd(&entry);
  auto call = func::CallOp::create(builder, function.getLoc(), function, entry.getArguments());
  func::ReturnOp::create(builder, function.getLoc(), call.getResults());
  symbols.insert(made);
  return made;
}

Value DeviceCalls::callFlat(OpBuilder &builder, Location loc, StringRef base, int64_t lanes,
                            ValueRange operands, VectorType result) {
  std::string name = (base + "x" + Twine(lanes)).str();
  Value whole = ub::PoisonOp::create(builder, loc, result);
  for (int64_t first = 0; first < result.getDimSize(0); first += lanes) {
    SmallVector<Value> pieces;
    for (Value operand : operands)
      pieces.push_back(isa<VectorType>(operand.getType()) ? takeLanes(builder, loc, operand, first, lanes)
                                                          : operand);
    Value piece = callScalar(builder, loc, name, pieces, withLength(result, lanes));
    if (!piece)
      return nullptr;
    whole = putLanes(builder, loc, piece, whole, first);
  }
  return whole;
}

Value DeviceCalls::call(Operation *op, StringRef base, ValueRange operands, Type result) {
  OpBuilder builder(op);
  Location loc = op->getLoc();
  auto vector = dyn_cast<VectorType>(result);
  if (!vector && !llvm::any_of(operands.getTypes(), llvm::IsaPred<VectorType>))
    return callScalar(builder, loc, base, operands, result);
  int bits = realBits(base);
  if (!bits) {
    op->emitOpError() << "expected a device function for f32 or f64, got '" << base << "'";
    return nullptr;
  }
  if (!vector || !agree(operands.getTypes(), vector)) {
    op->emitOpError() << "expected vectors of one fixed shape for device function '" << base << "'";
    return nullptr;
  }
  SmallVector<Value> flat;
  for (Value operand : operands)
    flat.push_back(flatten(builder, loc, operand));
  Value value =
      callFlat(builder, loc, base, target.lanes(bits), flat, withLength(vector, vector.getNumElements()));
  if (!value || value.getType() == result)
    return value;
  return vector::ShapeCastOp::create(builder, loc, result, value);
}

} // namespace genfuse

#include "codegen/cpu/MathToDevice.h"
#include "codegen/cpu/DeviceCalls.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/Error.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace genfuse {

StringRef deviceFunctionOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, StringRef>(op)
      .Case([](math::ExpOp) { return "exp"; })
      .Case([](math::ExpM1Op) { return "expm1"; })
      .Case([](math::LogOp) { return "log"; })
      .Case([](math::Log1pOp) { return "log1p"; })
      .Case([](math::TanhOp) { return "tanh"; })
      .Case([](math::SinOp) { return "sin"; })
      .Case([](math::CosOp) { return "cos"; })
      .Case([](math::ErfOp) { return "erf"; })
      .Case([](math::ErfcOp) { return "erfc"; })
      .Default([](Operation *) { return ""; });
}

namespace {

constexpr StringLiteral deviceAttribute = "gen.device";

/// Ops that become instructions, with nothing to call.
bool isInstruction(Operation *op) {
  return isa<math::SqrtOp, math::FmaOp, math::AbsFOp, math::AbsIOp, math::CeilOp, math::FloorOp,
             math::TruncOp, math::RoundOp, math::RoundEvenOp, math::CopySignOp, math::CountLeadingZerosOp,
             math::CountTrailingZerosOp, math::CtPopOp, math::IsNaNOp, math::IsInfOp, math::IsFiniteOp,
             math::IsNormalOp>(op);
}

LogicalResult replace(Operation *op, Value value) {
  if (!value)
    return failure();
  op->getResult(0).replaceAllUsesWith(value);
  op->erase();
  return success();
}

LogicalResult expandRsqrt(math::RsqrtOp op) {
  OpBuilder builder(op);
  Type type = op.getType();
  Attribute one = builder.getFloatAttr(getElementTypeOrSelf(type), 1.0);
  if (auto shaped = dyn_cast<ShapedType>(type))
    one = DenseElementsAttr::get(shaped, one);
  Value ones = arith::ConstantOp::create(builder, op.getLoc(), cast<TypedAttr>(one));
  Value root = math::SqrtOp::create(builder, op.getLoc(), op.getOperand());
  return replace(op, arith::DivFOp::create(builder, op.getLoc(), ones, root));
}

LogicalResult convertMath(Operation *op, DeviceCalls &calls) {
  if (isInstruction(op))
    return success();
  if (auto rsqrt = dyn_cast<math::RsqrtOp>(op))
    return expandRsqrt(rsqrt);
  StringRef name = deviceFunctionOf(op);
  if (name.empty())
    return op->emitOpError("has no implementation in the device library");
  Type type = op->getResult(0).getType(), element = getElementTypeOrSelf(type);
  if (!element.isF32() && !element.isF64())
    return op->emitOpError() << "expected f32 or f64, got " << type;
  std::string base = ("gf_" + name + (element.isF32() ? "_f32" : "_f64")).str();
  return replace(op, calls.call(op, base, op->getOperands(), type));
}

LogicalResult convertCall(func::CallOp op, StringRef base, DeviceCalls &calls) {
  if (op.getNumResults() != 1)
    return op.emitOpError() << "expected one result of device function '" << base << "', got "
                            << op.getNumResults();
  return replace(op, calls.call(op, base, op.getOperands(), op.getResult(0).getType()));
}

/// Base names by symbol. The declarations go: their types are of virtual width, and may share a real one's
/// name.
llvm::StringMap<std::string> takeDeclarations(ModuleOp module) {
  llvm::StringMap<std::string> bases;
  for (auto function : llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
    Attribute mark = function->getAttr(deviceAttribute);
    if (!mark || !function.isExternal())
      continue;
    auto name = dyn_cast<StringAttr>(mark);
    bases[function.getSymName()] = (name ? name : function.getSymNameAttr()).str();
    function.erase();
  }
  return bases;
}

struct MathToDevice : PassWrapper<MathToDevice, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(MathToDevice)

  MathToDevice() = default;
  explicit MathToDevice(CpuTarget given) : given(std::move(given)) {}
  MathToDevice(const MathToDevice &other) : PassWrapper(other), given(other.given) {}

  StringRef getArgument() const override { return "gen-math-to-device"; }
  StringRef getDescription() const override {
    return "elementary functions become calls of the device library";
  }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, func::FuncDialect, math::MathDialect, ub::UBDialect,
                    vector::VectorDialect>();
  }

  /// Work that the pass replaces, in program order: the walk must not meet what it makes.
  SmallVector<Operation *> collect(const llvm::StringMap<std::string> &bases) {
    SmallVector<Operation *> work;
    getOperation().walk([&](Operation *op) {
      auto call = dyn_cast<func::CallOp>(op);
      if (isa_and_nonnull<math::MathDialect>(op->getDialect()) || (call && bases.contains(call.getCallee())))
        work.push_back(op);
    });
    return work;
  }

  LogicalResult resolveTarget() {
    if (given)
      return success();
    try {
      given = cpuTarget(targetName);
    } catch (const Error &error) {
      return getOperation().emitError(error.what());
    }
    return success();
  }

  void runOnOperation() override {
    if (failed(resolveTarget()))
      return signalPassFailure();
    llvm::StringMap<std::string> bases = takeDeclarations(getOperation());
    DeviceCalls calls(getOperation(), *given);
    bool ok = true;
    for (Operation *op : collect(bases)) {
      auto call = dyn_cast<func::CallOp>(op);
      LogicalResult done = call ? convertCall(call, bases[call.getCallee()], calls) : convertMath(op, calls);
      ok = ok && succeeded(done);
    }
    if (!ok)
      signalPassFailure();
  }

  std::optional<CpuTarget> given;
  Option<std::string> targetName{*this, "target", llvm::cl::desc("native, x86-64-v4 or x86-64-v3"),
                                 llvm::cl::init("native")};
};

} // namespace

std::unique_ptr<Pass> createMathToDevicePass(CpuTarget target) {
  return std::make_unique<MathToDevice>(std::move(target));
}

std::unique_ptr<Pass> createMathToDevicePass(StringRef targetName) {
  auto pass = std::make_unique<MathToDevice>();
  pass->targetName = targetName.str();
  return pass;
}

} // namespace genfuse

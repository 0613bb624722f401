// Calls of the device library, on scalars or on lanes.
#include "passes/lower/Lowerer.h"

using namespace mlir;

namespace genfuse::lower {

/// The declarations carry the base name: codegen knows the widths that exist.
Scalar Lowerer::callDevice(StringRef base, ValueRange operands, Type result, bool varying) {
  std::string name = (base + (varying ? "_lanes" + Twine(lanes.width) : Twine("_one"))).str();
  Type type = varying ? Type(vectorOf(result)) : result;
  auto module = kernel->getParentOfType<ModuleOp>();
  if (!module.lookupSymbol(name)) {
    OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
    auto function =
        func::FuncOp::create(b, module.getLoc(), name, b.getFunctionType(operands.getTypes(), {type}));
    function.setPrivate();
    function->setAttr("gen.device", b.getStringAttr(base));
  }
  return {func::CallOp::create(builder, loc, name, TypeRange{type}, operands).getResult(0), varying};
}

Scalar Lowerer::callSpecial(gen::SpecialOp op, ArrayRef<Scalar> operands) {
  bool varying = llvm::any_of(operands, [](const Scalar &s) { return s.varying || s.isLaneIndex; });
  SmallVector<Value> values;
  for (const Scalar &operand : operands)
    values.push_back(varying ? broadcast(operand) : operand.value);
  Type real = getElementTypeOrSelf(op.getType());
  return callDevice(("gf_" + op.getKind() + (real.isF64() ? "_f64" : "_f32")).str(), values, real, varying);
}

} // namespace genfuse::lower

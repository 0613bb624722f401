// Verification of the derived layer.
#include "ir/Assembly.h"
#include "ir/Distributions.h"
#include "ir/Gen.h"

using namespace mlir;

namespace genfuse::gen {

LogicalResult LogPdfOp::verify() {
  return dist::verifyUse(getDistribution(), getValue().getType(), getParameters().getTypes(),
                         [&] { return emitOpError(); }); // logpdf_c1
}

LogicalResult DrawOp::verify() {
  return dist::verifyUse(getDistribution(), getType(), getParameters().getTypes(),
                         [&] { return emitOpError(); }); // draw_c1
}

LogicalResult GradientOp::verify() {
  if (getWrt().getTypes() != getResultTypes()) // gradient_c1
    return emitOpError("returns ") << getResultTypes() << " for values of types " << getWrt().getTypes();
  return success();
}

} // namespace genfuse::gen

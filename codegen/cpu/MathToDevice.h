// gen-math-to-device: elementary functions become calls of the device library.
#pragma once

#include "codegen/cpu/Target.h"
#include "mlir/Pass/Pass.h"

namespace genfuse {

/// The function of the device library behind an op of the math dialect, without gf_ and type: `log1p`. Empty:
/// none.
llvm::StringRef deviceFunctionOf(mlir::Operation *op);

/// Replaces math.exp, expm1, log, log1p, tanh, sin, cos, erf and erfc on f32 and f64 and on their vectors,
/// and the calls of functions that carry `gen.device`, by calls of what the bitcode of `target` holds. The
/// base name of such a function is the attribute's if that is a string, else its symbol; it ends in _f32 or
/// _f64 and never in a width. math.rsqrt becomes 1 / sqrt. An op of the math dialect that no instruction
/// serves is an error.
std::unique_ptr<mlir::Pass> createMathToDevicePass(CpuTarget target);

/// The same for the target of that name, which is looked up when the pass runs.
std::unique_ptr<mlir::Pass> createMathToDevicePass(llvm::StringRef targetName = "native");

} // namespace genfuse

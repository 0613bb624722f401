// What the arguments and results of a derived function mean: attributes that every later stage keeps.
//   gen.name  = "image/*/y"     gen.role = "choice"     gen.shape = ["xs.0"]     gen.batched (one value per
//   instance)
// A leaf of a ragged plate has gen.offsets, the argument with its offsets. A parameter with initial values
// also has gen.init. Of functions: gen.checks holds what sizes have to keep, gen.counts names the counters of
// log densities (gen.count at a log density: another one than its leaf), and gen.check_of names the function
// whose inputs another one checks.
// Of the arguments of a lowered kernel: gen.name and gen.role those of arrays, gen.written an array or slice
// that the kernel writes, gen.of_lanes a slice in which each lane uses elements of its own, gen.cells (how
// many) a slice for scalars that one launch leaves to later ones, gen.dims, gen.strides and gen.call those of
// the ABI. Of a sweep in lanes: gen.reason says why it has so many.
// Of a product of matrices: gen.handed_over (elements of its matrix) gives it to the GEMM library.
#pragma once

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace genfuse::roles {

inline constexpr llvm::StringLiteral name = "gen.name", role = "gen.role", shape = "gen.shape",
                                     batched = "gen.batched", init = "gen.init", checks = "gen.checks",
                                     offsets = "gen.offsets", checkOf = "gen.check_of", count = "gen.count",
                                     counts = "gen.counts", dims = "gen.dims", strides = "gen.strides",
                                     call = "gen.call", written = "gen.written", ofLanes = "gen.of_lanes",
                                     cells = "gen.cells", reason = "gen.reason",
                                     handedOver = "gen.handed_over";

inline constexpr llvm::StringLiteral argument = "argument", parameter = "parameter", choice = "choice",
                                     returnGradient = "return_gradient", scoreGradient = "score_gradient",
                                     score = "score", weight = "weight", returnValue = "return",
                                     argumentGradient = "argument_gradient",
                                     choiceGradient = "choice_gradient",
                                     parameterGradient = "parameter_gradient", seed = "seed",
                                     instance = "instance", instances = "instances",
                                     newArgument = "new_argument", constraint = "constraint",
                                     elements = "elements", selected = "selected", drawn = "drawn",
                                     scoreChange = "score_change", result = "result";

/// The attributes of one argument or result.
mlir::DictionaryAttr describe(mlir::Builder &builder, llvm::StringRef roleName, llvm::StringRef valueName,
                              llvm::ArrayRef<std::string> sizes, bool isBatched = false);

/// The role of an argument or result, from its attributes.
llvm::StringRef of(mlir::DictionaryAttr attributes);

inline bool isBatched(mlir::DictionaryAttr attributes) { return attributes && attributes.contains(batched); }

} // namespace genfuse::roles

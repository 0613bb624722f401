// The order of the passes: the only place that knows it.
#pragma once

#include "passes/Registers.h"
#include "passes/Request.h"
#include <string>
#include <vector>

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace genfuse {

/// The stages of the way through the compiler, each printable.
enum class Stage { gen, derived, differentiated, batched, lowered };

enum class Precision { f32, f64 };

/// Which sweep runs in lanes: that over instances, those over elements of plates, or elements of one
/// instance.
enum class Mapping { instances, elements, single };

/// What a kernel is compiled for.
struct Specialisation {
  Request request;
  std::string model; ///< name of the gen.func; empty: the last one
  Precision real = Precision::f32;
  Mapping mapping = Mapping::single;
  int64_t lanes = 16;
  bool widen = false;               ///< sweeps get a multiple of the lanes that fits the registers
  VectorRegisters vectors;          ///< what the code is for; not for CUDA
  bool threads = false;             ///< lanes are threads of a group (CUDA), not elements of vectors
  std::vector<std::string> batched; ///< arguments with one value per instance
  std::vector<std::string> shared;  ///< choices that all instances share
  /// Products with matrices of so many elements go to the GEMM library (gen-split-products); 0: none.
  int64_t gemmSize = 0;
  bool checked = false; ///< the kernel checks its data first
  bool counted = false; ///< the kernel counts the log densities that it computes
  bool moments = false; ///< sums over data of polynomials are formed once (gen-moments)
  bool optimise = true; ///< false leaves out every pass that only makes code faster

  /// Text that is equal for equal specialisations.
  std::string key() const;
};

__attribute__((visibility("default"))) const char *mappingName(Mapping mapping);
__attribute__((visibility("default"))) const char *realName(Precision real);

/// Adds the passes that lead from stage `from` to stage `to`.
void buildPipeline(mlir::OpPassManager &passes, const Specialisation &specialisation, Stage from, Stage to);

} // namespace genfuse

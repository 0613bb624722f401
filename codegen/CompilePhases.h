// Where the time of a compilation goes.
#pragma once

#include <chrono>

namespace genfuse {

/// Milliseconds of each phase, in their order. A kernel from the object cache has no `llvmDialect` to `emit`.
struct CompilePhases {
  double passes = 0;      ///< from the model to the stage lowered
  double cache = 0;       ///< key and look-up, or storing, if there is an object cache
  double llvmDialect = 0; ///< from lowered to MLIR's LLVM dialect
  double translate = 0;   ///< to LLVM IR, with the device library linked
  double optimise = 0;    ///< LLVM's passes
  double emit = 0;        ///< machine code
  double load = 0;        ///< into this process
};

/// Adds its lifetime to a phase.
class PhaseTimer {
public:
  explicit PhaseTimer(double &phase) : phase(phase) {}
  ~PhaseTimer() {
    phase += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  }
  PhaseTimer(const PhaseTimer &) = delete;
  PhaseTimer &operator=(const PhaseTimer &) = delete;

private:
  double &phase;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

} // namespace genfuse

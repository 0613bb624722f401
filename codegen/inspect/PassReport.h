// What the passes of a compilation did: counts of operations before and after, and their time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mlir {
class PassManager;
} // namespace mlir

namespace genfuse::inspect {

/// Operations of a module: all, those inside sweeps, and the sweeps.
struct OperationCount {
  int64_t all = 0, inSweeps = 0, sweeps = 0;
  friend bool operator==(const OperationCount &, const OperationCount &) = default;
};

struct PassRun {
  std::string name; ///< as genfuse-opt takes it: `gen-merge-sweeps`
  OperationCount before, after;
  double milliseconds = 0;
};

/// The runs of passes, in order.
class PassReport {
public:
  const std::vector<PassRun> &runs() const { return runs_; }
  double milliseconds() const;
  /// Makes a pass manager append to this report, which must outlive it.
  void watch(mlir::PassManager &passes);

private:
  std::vector<PassRun> runs_;
};

} // namespace genfuse::inspect

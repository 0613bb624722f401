// The figures of `--stats`, before they are text.
#pragma once

#include "codegen/CacheReport.h"
#include "codegen/cuda/Nvrtc.h"
#include "codegen/inspect/Cost.h"
#include "codegen/inspect/PassReport.h"
#include "passes/Pipelines.h"

namespace genfuse::inspect {

struct StageStats {
  std::string name; ///< `derived` ... `lowered`
  PassReport passes;
};

struct RequestStats {
  Specialisation specialisation;
  std::string mappingReason, target;
  RequestCost cost;
  std::vector<StageStats> stages;
  double machineMilliseconds = 0; ///< LLVM, from the lowered stage to machine code
  int64_t codeBytes = 0;          ///< of instructions in the object file
  std::vector<std::string> cachedKernels;
  CacheReport cache;
  std::map<std::string, int64_t> sizes; ///< of the inputs, empty without
  std::optional<int64_t> workspaceBytes;
  std::optional<cuda::DeviceCode> cuda; ///< of the CUDA text, if its architecture was asked for
  int64_t cudaThreads = 0;              ///< of a group

  /// Sweeps that are not over instances, inner ones included.
  unsigned dataSweeps() const;
  std::optional<int64_t> at(const Polynomial &count) const {
    return sizes.empty() ? std::nullopt : cost.at(count, sizes);
  }
};

std::string statsText(const RequestStats &stats);
std::string statsJson(const RequestStats &stats);

} // namespace genfuse::inspect

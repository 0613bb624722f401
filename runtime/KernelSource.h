// Where those who see only the runtime (such as LibTorch's autograd) get a model's kernels from: a compiled
// program, or the kernels of an artefact.
#pragma once

#include "runtime/Signature.h"
#include "runtime/abi.h"
#include <string>
#include <vector>

namespace genfuse {

/// A kernel with what it takes; valid as long as its source lives.
struct CompiledKernel {
  const Signature *signature = nullptr;
  gf_kernel run = nullptr;
  gf_workspace workspace = nullptr;
};

/// The log density of given choices, and what is wanted besides.
struct DensityRequest {
  /// Names to differentiate by: choices (whole leaves), arguments, parameters by path. None: the kernel gives
  /// the return value instead (where the model has one).
  std::vector<std::string> gradients;
  bool weighted = false;            ///< the score's cotangent is an input, role scoreGradient
  bool returned = false;            ///< the return value's cotangent is an input, role returnGradient
  bool instances = false;           ///< many instances in a call
  std::vector<std::string> batched; ///< arguments with one value per instance
  std::vector<std::string> shared;  ///< choices that all instances share

  /// The request (passes/Request.h) in canonical form.
  std::string text() const;
};

class __attribute__((visibility("default"))) KernelSource {
public:
  virtual ~KernelSource() = default;

  /// The arrays of the log density of one instance: arguments, parameters, choices, score, return value.
  virtual const Signature &signature() const = 0;

  /// Thread-safe. Errors: a kernel that cannot be had.
  virtual CompiledKernel kernel(const DensityRequest &request) const = 0;
};

} // namespace genfuse

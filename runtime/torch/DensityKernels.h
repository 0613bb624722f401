// The kernels of one model's log density, run on tensors.
#pragma once

#include "runtime/CallPool.h"
#include "runtime/torch/TensorInputs.h"

namespace genfuse {

/// The cotangents of a weighted objective; an undefined return value counts nothing.
struct Cotangents {
  at::Tensor score, returnValue;
};

struct DensityResult {
  at::Tensor score;                  ///< Double, [] or [instances]
  at::Tensor returnValue;            ///< of `value` only; undefined where the model has none
  std::vector<at::Tensor> gradients; ///< of each input; undefined where it is not wanted
};

/// Thread-safe: each run has a call of its own.
class DensityKernels {
public:
  explicit DensityKernels(std::shared_ptr<const KernelSource> source);

  const Signature &model() const { return model_; }
  /// The return value of the model, or null.
  const ArraySpec *returned() const { return returned_; }

  /// Log density and return value.
  DensityResult value(const MatchedTensors &inputs);

  /// Log density and its gradients in the wanted inputs, in one pass. A parameter's gradient is added, times
  /// `scale`, to `accumulators` (one per input) where that is defined; no other gradient is scaled. What
  /// instances share has the sum over them.
  DensityResult gradient(const MatchedTensors &inputs, double scale = 1.0,
                         const std::vector<at::Tensor> &accumulators = {});

  /// Gradients of <score cotangent, log density> + <return cotangent, return value>, over all instances.
  DensityResult weighted(const MatchedTensors &inputs, const Cotangents &cotangents);

private:
  struct Variant {
    bool gradients = true, weighted = false, returned = false;
  };
  CallPool &poolFor(const MatchedTensors &inputs, Variant variant);
  DensityRequest request(const MatchedTensors &inputs, Variant variant) const;
  at::Tensor newReturnValue(const CallPool &pool, const MatchedTensors &inputs) const;

  std::shared_ptr<const KernelSource> source;
  const Signature &model_;
  const ArraySpec *returned_ = nullptr;
  std::mutex mutex;
  std::map<std::string, CallPool> pools;
};

} // namespace genfuse

// The compiled log density of a model as a function of tensors that LibTorch's autograd differentiates.
#pragma once

#include "runtime/KernelSource.h"
#include "runtime/torch/ModelParameters.h"
#include "runtime/torch/TensorInputs.h"

namespace genfuse {

class DensityKernels;

/// `score = density({arguments, parameters, choices}); (-score).backward();`
///
/// Forward runs one kernel: the log density together with its gradients in exactly the tensors that require
/// one; backward scales them. Tensors are read where they are, without a copy. Each set of tensors that
/// require gradients, and each choice of those that have a dimension of instances, has a kernel of its own,
/// compiled at its first use.
///
/// Many instances: a tensor may have one more dimension, the last, with one value per instance; the score is
/// then [instances]. Where cotangents differ from instance to instance and instances share a tensor that
/// requires a gradient, the kernel's sum does not serve: backward then runs a second, weighted one.
///
/// Thread-safe and re-entrant: threads may call and differentiate one LogDensity at once; kernels run on the
/// calling thread, and each call has a workspace of its own. There is no double backward: a backward with
/// create_graph is an error.
///
/// Copies share their kernels.
class __attribute__((visibility("default"))) LogDensity {
public:
  explicit LogDensity(std::shared_ptr<const KernelSource> source);

  /// The log density of the choices: Double, a scalar or [instances]. Errors, before anything runs and with
  /// the name of the tensor: one that is missing or unknown, of another type, device or shape, with an inner
  /// stride other than 1, or a discrete one that requires a gradient.
  at::Tensor operator()(const TensorInputs &inputs) const;

  struct Values {
    at::Tensor score, returnValue;
  };
  /// The log density and the model's return value, [..., instances]; both may have cotangents, the return
  /// value if it is real. Gradients are computed in backward, in one pass over the data. Errors: as above,
  /// and a model without a return value.
  Values withReturnValue(const TensorInputs &inputs) const;

  /// The log density, and in the same pass `scale` times its gradient added to `.grad` of each tensor that
  /// requires one; instances are summed. The kernel adds to the `.grad` of parameters itself; where there is
  /// none yet, one is made. Errors: as above, a tensor that requires a gradient but is no leaf, a `.grad`
  /// that the kernel cannot write.
  at::Tensor accumulate(const TensorInputs &inputs, double scale) const;

  /// The model's parameters with their initial values. `arguments` are those of one instance; only their
  /// sizes count. Errors: an argument of another type or shape, a size that no argument determines.
  ModelParameters parameters(const Tensors &arguments) const;

private:
  std::shared_ptr<DensityKernels> kernels;
};

} // namespace genfuse

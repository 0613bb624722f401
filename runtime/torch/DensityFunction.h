// Nodes of LibTorch's autograd for a log density.
#pragma once

#include "runtime/torch/DensityKernels.h"

namespace genfuse {

/// The score, with its gradients computed in forward. At least one input is wanted.
at::Tensor scoreOf(std::shared_ptr<DensityKernels> kernels, MatchedTensors inputs);

/// Score and return value, with gradients computed in backward. At least one input is wanted.
std::pair<at::Tensor, at::Tensor> scoreAndReturnValueOf(std::shared_ptr<DensityKernels> kernels,
                                                        MatchedTensors inputs);

} // namespace genfuse

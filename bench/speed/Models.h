// The models that generated kernels come from: plain programs, no hints.
#pragma once

#include "frontend/Model.h"

namespace genfuse::bench {

/// Choices a, b, c ~ normal(0, 1) and `y/*` ~ normal(a + b x + c x^2, 0.05) for the points `xs` [n].
Model polynomialModel();

/// Choices `w/*` ~ normal(0, 1), as many as `xs` [n, columns] has columns, and labels `y/*`.
Model logisticModel();

/// One step of a state-space model from `previous`: choices x ~ normal(0.9 previous, 0.5), y ~ normal(x,
/// 0.7).
Model filterStepModel();

} // namespace genfuse::bench

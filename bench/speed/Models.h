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

/// `generate(y)` of `filterStepModel` for particles `previous` and the observation `y`: results x and the log
/// weight, both in the real type, and no score.
Model filterStepProcedure();

/// A chain of Hamiltonian Monte Carlo on the choices of `polynomialModel` given points `xs`, `ys` [n]:
/// leapfrogs of size 0.01, 20 a transition, from draws of the prior. Results a, b, c [draws], after 50
/// transitions that are not kept.
Model polynomialChain(int64_t draws);

/// Gradient ascent on the weights `W` [10, 784] and biases `b` [10] of the one-image model for images `xs`
/// [n, 784] with labels `ys` [n]: `steps` steps of size `rate`. Results W, b and score, the log likelihood
/// before the last step.
Model softmaxAscent(int64_t steps, double rate);

} // namespace genfuse::bench

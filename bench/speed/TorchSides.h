// The workloads in eager LibTorch, as its users would write them. Nothing of LibTorch shows here: its headers
// bring a copy of fmt.
#pragma once

#include "bench/speed/Data.h"
#include <functional>

namespace genfuse::bench {

/// Each function prepares tensors and returns what does the work once, on `threads` threads.
/// Draws of a, b, c [particles] and their log weights.
std::function<void()> torchImportanceSampling(const PolynomialData &data, int64_t particles, int64_t threads);
/// Transitions of Hamiltonian Monte Carlo, 50 and `draws`, of chains side by side; gradients by hand.
std::function<void()> torchHmc(const PolynomialData &data, int64_t chains, int64_t draws, int64_t threads);
/// Log density and gradient in the weights, by autograd.
std::function<void()> torchLogistic(const CoverData &data, int64_t threads);
/// A step of gradient ascent, by autograd.
std::function<void()> torchSoftmax(const ImageData &data, float rate, int64_t threads);
/// Draws the next states and weighs them.
std::function<void()> torchFilterStep(int64_t particles, float y, int64_t threads);

/// The log density and gradient of `torchLogistic`, for the check: 1 + 55 numbers.
std::vector<double> torchLogisticValues(const CoverData &data);

/// The means of a, b and c over all chains and draws of `torchHmc`, for the check.
std::vector<double> torchHmcMeans(const PolynomialData &data, int64_t chains, int64_t draws);

/// Such as 2.11.0.
const char *torchVersion();

} // namespace genfuse::bench

// W2, W2b: Hamiltonian Monte Carlo on a polynomial regression (Regression.h), one chain and many.
#pragma once

#include "bench/limits/Regression.h"
#include <cstdint>

namespace genfuse::limits {

/// Leapfrog steps of size `step` from standard normal momenta, accepted by Metropolis (Duane, Kennedy,
/// Pendleton and Roweth 1987; Neal 2011). `warmup` transitions are made before the `draws` that are kept.
struct HmcSettings {
  float step = 0.01f;
  int leapfrogs = 20;
  int warmup = 50;
  int draws = 1000;
  uint64_t seed = 0;
};

struct ValueAndGradient {
  float value, gradient[3];
};

/// Each transition computes leapfrogs + 1 gradients. Functions return how many of the kept transitions were
/// accepted; `OnMoments` variants use the moments of the data instead of the sum over points.
template <class Target> struct Hmc {
  /// One chain, with the data points in lanes: draws [draws][3].
  static int64_t oneChain(const Regression &data, const HmcSettings &settings, float *draws);
  static int64_t oneChainOnMoments(const Regression &data, const HmcSettings &settings, float *draws);

  /// The chains first .. last - 1 of `chains`, all multiples of 32, with chains in lanes: a block of chains
  /// runs to its end in registers. draws [draws][3][chains].
  static int64_t manyChains(const Regression &data, const HmcSettings &settings, int64_t chains,
                            int64_t first, int64_t last, float *draws);
  static int64_t manyChainsOnMoments(const Regression &data, const HmcSettings &settings, int64_t chains,
                                     int64_t first, int64_t last, float *draws);

  /// The log density of a, b, c and the data, and its gradient, as a single chain and as many compute it.
  static ValueAndGradient oneGradient(const Regression &data, const float (&position)[3]);
  static ValueAndGradient manyGradient(const Regression &data, const float (&position)[3]);
};

} // namespace genfuse::limits

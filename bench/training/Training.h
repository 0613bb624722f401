// The training runs: all sides in interleaved blocks, so that a disturbance of the machine hits each of them.
#pragma once

#include "bench/training/Side.h"
#include <functional>

namespace genfuse::bench {

struct Settings {
  int64_t iterations, batch, perImageIterations;
  float step, adamStep;
  std::string rows; ///< letters of the sides to run
};

/// What one side did.
struct Run {
  char letter;
  std::string name;
  Optimiser optimiser = Optimiser::ascent;
  int64_t iterations = 0;
  double compileMilliseconds = 0;
  std::vector<double> blockMilliseconds;             ///< an iteration, mean of each block after the warm-up
  std::vector<std::pair<int64_t, double>> objective; ///< iteration, log likelihood of its batch
  double logLikelihood = 0;                          ///< of all images, with the final parameters
  Parameters early, final;                           ///< after the iterations of side a, and at the end
};

struct Results {
  std::vector<Run> runs;
  int64_t earlyIteration = 0;
};

/// `progress` is called with how much is done, from 0 to 1.
Results train(const Images &images, const Settings &settings, const std::function<void(double)> &progress);

} // namespace genfuse::bench

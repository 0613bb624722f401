// One way to train the softmax regression. All sides start from the same values and see the same batches, and
// those with the same optimiser take the same steps.
#pragma once

#include "bench/training/Dataset.h"
#include <memory>
#include <string>
#include <vector>

namespace genfuse::bench {

constexpr int64_t classes = 10;

/// Weights [classes, pixels] by row, and biases [classes].
struct Parameters {
  std::vector<float> weights, biases;
};

struct Task {
  const Images *images;
  int64_t batch;
  float step;     ///< of gradient ascent on the log likelihood, summed over the batch
  float adamStep; ///< of Adam
};

enum class Optimiser { ascent, adam };

class Side {
public:
  virtual ~Side() = default;
  virtual char letter() const = 0;
  virtual std::string name() const = 0;
  virtual Optimiser optimiserKind() const { return Optimiser::ascent; }
  /// 0 where nothing is compiled.
  virtual double compileMilliseconds() const { return 0; }
  /// One step on the batch that starts at image `first`, a multiple of the batch. Returns its log likelihood
  /// before the step.
  virtual double step(int64_t first) = 0;
  virtual Parameters parameters() const = 0;
};

std::unique_ptr<Side> makeTorchPerImage(const Task &task, const Parameters &initial);
std::unique_ptr<Side> makeTorchVectorised(const Task &task, const Parameters &initial);
std::unique_ptr<Side> makeGenfusePerImage(const Task &task, const Parameters &initial);
std::unique_ptr<Side> makeGenfuseBatched(const Task &task, const Parameters &initial);
std::unique_ptr<Side> makeGenfuseByHand(const Task &task, const Parameters &initial);
std::unique_ptr<Side> makeLinearInFront(const Task &task, const Parameters &initial);
std::unique_ptr<Side> makeAdamOnParameters(const Task &task, const Parameters &initial);
std::unique_ptr<Side> makeTorchAdam(const Task &task, const Parameters &initial);

/// Pins the number of threads of LibTorch (OpenMP and MKL), and returns what it then has. The only place that
/// knows `--threads`: genfuse's kernels run on the calling thread, and their executor, once there is one, is
/// handed the number here.
int setThreads(int threads);

} // namespace genfuse::bench

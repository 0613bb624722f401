// What is compiled, and the time from a C++ function to its first result.
#pragma once

#include "codegen/Program.h"
#include <string>
#include <vector>

namespace genfuse::bench {

/// A request of the polynomial regression: coefficients a, b, c ~ normal(0, 1) and, at each point x,
/// y ~ normal(a + b x + c x^2, 0.05). `run()`: the chain of bench/speed on it.
struct Workload {
  std::string name, request;
  int64_t points = 50, instances = 1;
};

/// W1: importance sampling, `generate(y)` of 1,000 instances. W2: a chain of 1,000 draws by Hamiltonian Monte
/// Carlo. gradient: value and gradient of one instance.
std::vector<Workload> workloads();

/// Milliseconds. `other` is what compiling takes beside its phases: matching inputs, LLVM's own objects.
struct Times {
  double trace = 0;   ///< the C++ function, to the IR
  double program = 0; ///< a context, and the IR in it
  CompilePhases phases;
  double other = 0;
  double run = 0;       ///< the first result
  double processor = 0; ///< all of it in time of the processor: on a busy machine less than the rest
  bool fromCache = false;
  double all() const; ///< the sum of all phases
};

/// Name and value of each phase, in order, and of their sum.
std::vector<std::pair<std::string, double>> named(const Times &times);

/// Traces, compiles and runs. Neither the folder of the environment nor an earlier program is used.
Times firstResult(const Workload &workload, const std::string &cacheFolder, Outcome *outcome = nullptr);

} // namespace genfuse::bench

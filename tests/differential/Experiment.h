// One comparison: a model, an operation with its names, sizes and inputs, and how the program is compiled.
#pragma once

#include "codegen/Program.h"
#include "tests/differential/Plan.h"
#include "tests/differential/Random.h"
#include <optional>
#include <set>

namespace genfuse::differential {

enum class Operation { simulate, generate, assess, gradient, propose, project, update, regenerate };

struct Experiment {
  Plan plan;
  Operation operation = Operation::assess;
  /// Given leaves (generate), or what to differentiate by: leaves, arguments, parameters; or the choices
  /// (leaves and elements) that are updated, drawn again or projected on.
  std::vector<std::string> names;
  bool returnGradient = false;
  Sizes sizes;
  std::set<std::string> changed; ///< arguments with other values after an update
  std::optional<Sizes> newSizes; ///< none: as before
  /// 0: arrays without a dimension of instances.
  int64_t instances = 0;
  std::set<std::string> batched; ///< arguments with one value an instance
  Precision real = Precision::f64;
  Mapping mapping = Mapping::single;
  bool optimise = true;
  uint64_t seed = 0; ///< of inputs and draws

  /// `gradient(x, y/*; return)`
  std::string request() const;
  /// Everything that is needed to repeat it: text of the model, request, sizes, mapping, inputs.
  std::string describe() const;
};

/// What went wrong. Two failures are the same for the shrinker if their kinds are equal.
struct Failure {
  std::string kind, text;
};

/// Compiles and runs the experiment, and compares with the reference interpreter. An invalid model (one that
/// does not parse) is a failure of the kind `invalid`.
std::optional<Failure> check(const Experiment &experiment);

/// Has programs run as CUDA text on the emulated device, in groups of that many threads; 0: on the CPU, as at
/// first. Errors: a build without cuda.h.
void useCudaText(int64_t threads);

/// Has products with matrices of so many rows computed by the GEMM library; at first as CompileOptions does.
void handProductsOver(int64_t rows);

/// Random experiments on one model: operations, names, sizes, instances, mappings, precision.
std::vector<Experiment> experimentsOn(const Plan &plan, Random &random, int count);

} // namespace genfuse::differential

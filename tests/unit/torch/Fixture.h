// Models of tests/models as log densities, and a source of kernels that tells what it was asked for.
#pragma once

#include "codegen/ProgramKernels.h"
#include "runtime/torch/LogDensity.h"
#include <torch/torch.h>

namespace genfuse::tests {

Program program(const std::string &file, const std::string &model, Precision real = Precision::f64);

inline LogDensity density(const std::string &model, Precision real = Precision::f64) {
  return LogDensity(kernelsOf(program("cases", model, real)));
}

/// A Double scalar that requires a gradient.
inline at::Tensor leaf(double value) { return torch::tensor(value, torch::kDouble).requires_grad_(); }

inline at::Tensor constant(double value) { return torch::tensor(value, torch::kDouble); }

inline at::Tensor reals(std::vector<double> values) { return torch::tensor(values, torch::kDouble); }

/// Passes requests on, and keeps them; its kernels note the pointers that they get (of the last run, on any
/// thread).
class Recorder : public KernelSource {
public:
  explicit Recorder(const Program &program) : source(kernelsOf(program)) {}
  const Signature &signature() const override { return source->signature(); }
  CompiledKernel kernel(const DensityRequest &request) const override;

  /// The address that the last run got for an array.
  static void *pointer(const std::string &name, Role role);

  mutable std::vector<DensityRequest> requests;

private:
  std::shared_ptr<const KernelSource> source;
};

/// The message of the exception that `run` throws.
template <class Exception, class F> std::string errorOf(F run) {
  try {
    run();
  } catch (const Exception &error) {
    return error.what();
  }
  return "no error";
}

} // namespace genfuse::tests

// The parameters of a model as a module: any optimiser of LibTorch steps them, kernels read them in place.
#pragma once

#include "runtime/Array.h"
#include "runtime/torch/TensorInputs.h"
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

namespace genfuse {

/// Registers each parameter by its path, `digit/W`. Save and load it with torch::save and torch::load, alone
/// or as a part of another module.
class __attribute__((visibility("default"))) ModelParametersImpl : public torch::nn::Module {
public:
  /// The tensors share the memory of the arrays. Errors: an array that is no tensor.
  explicit ModelParametersImpl(const std::map<std::string, Array> &initial);

  /// By path, as a log density takes them; these are the module's tensors, not copies.
  Tensors tensors() const;

  void save(torch::serialize::OutputArchive &archive) const override;

  /// Writes the values into the tensors, which stay where they are. Errors: an archive whose parameters have
  /// other names, types or shapes; then nothing has changed.
  void load(torch::serialize::InputArchive &archive) override;
};

TORCH_MODULE(ModelParameters);

} // namespace genfuse

#include "runtime/torch/ModelParameters.h"
#include "runtime/Error.h"
#include "runtime/torch/Interop.h"
#include <algorithm>
#include <torch/serialize/archive.h>

namespace genfuse {
namespace {

std::string formText(const at::Tensor &tensor) {
  return std::string(at::toString(tensor.scalar_type())) + " " + shapeText(tensor.sizes().vec());
}

std::string namesText(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

/// The tensors of an archive, by name.
Tensors read(torch::serialize::InputArchive &archive) {
  Tensors result;
  for (const std::string &name : archive.keys()) {
    at::Tensor tensor;
    if (archive.try_read(name, tensor))
      result[name] = tensor;
  }
  return result;
}

std::vector<std::string> namesOf(const Tensors &tensors) {
  std::vector<std::string> names;
  for (const auto &[name, tensor] : tensors)
    names.push_back(name);
  return names;
}

} // namespace

ModelParametersImpl::ModelParametersImpl(const std::map<std::string, Array> &initial)
    : torch::nn::Module("ModelParameters") {
  for (const auto &[path, array] : initial)
    register_parameter(path, toTensor(array));
}

Tensors ModelParametersImpl::tensors() const {
  Tensors result;
  for (const auto &parameter : named_parameters(/*recurse=*/false))
    result[parameter.key()] = parameter.value();
  return result;
}

void ModelParametersImpl::save(torch::serialize::OutputArchive &archive) const {
  for (const auto &[path, tensor] : tensors())
    archive.write(path, tensor);
}

void ModelParametersImpl::load(torch::serialize::InputArchive &archive) {
  const Tensors own = tensors(), given = read(archive);
  const std::vector<std::string> expected = namesOf(own), got = namesOf(given);
  if (expected != got)
    throw Error("parameters of another model: expected " + namesText(expected) + ", got " + namesText(got));
  for (const auto &[path, tensor] : own)
    if (formText(tensor) != formText(given.at(path)))
      throw Error("parameter '" + path + "': expected " + formText(tensor) + ", got " +
                  formText(given.at(path)));
  at::NoGradGuard guard;
  for (const auto &[path, tensor] : own)
    at::Tensor(tensor).copy_(given.at(path));
}

} // namespace genfuse

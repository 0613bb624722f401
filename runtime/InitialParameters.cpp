#include "runtime/InitialParameters.h"
#include "runtime/Binding.h"

namespace genfuse {
namespace {

void fill(const Array &array, const std::vector<double> &init) {
  for (int64_t e = 0; !init.empty() && e < array.elementCount(); ++e) {
    const double value = init.size() == 1 ? init[0] : init[e];
    if (array.type() == ElementType::f32)
      array.values<float>()[e] = static_cast<float>(value);
    else
      array.values<double>()[e] = value;
  }
}

} // namespace

std::map<std::string, Array> initialParameters(const Signature &signature,
                                               const std::map<std::string, Array> &arguments) {
  std::vector<Array> given(signature.arrays.size());
  for (size_t i = 0; i < given.size(); ++i)
    if (auto found = arguments.find(signature.arrays[i].name);
        signature.arrays[i].role == Role::argument && found != arguments.end())
      given[i] = found->second;
  const Binding binding(signature, given, 1);
  std::map<std::string, Array> parameters;
  for (size_t i = 0; i < given.size(); ++i) {
    const ArraySpec &spec = signature.arrays[i];
    if (spec.role != Role::parameter)
      continue;
    Array array = Array::zeros(spec.type, binding.shapeOf(i));
    fill(array, spec.init);
    parameters[spec.name] = array;
  }
  return parameters;
}

} // namespace genfuse

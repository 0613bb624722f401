// The values that a model's parameters start from.
#pragma once

#include "runtime/Array.h"
#include "runtime/Signature.h"
#include <map>
#include <string>

namespace genfuse {

/// A new array for each parameter of a signature, by path: the initial values that the model gives, or zeros.
/// `arguments` are those of one instance; only their sizes count. Errors: an argument of another type or
/// shape, a size that no argument determines.
__attribute__((visibility("default"))) std::map<std::string, Array>
initialParameters(const Signature &signature, const std::map<std::string, Array> &arguments);

} // namespace genfuse

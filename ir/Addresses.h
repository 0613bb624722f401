// Addresses: paths of words joined by `/`; an index of a plate is a number, or `*` in a leaf's name.
#pragma once

#include "mlir/Support/LLVM.h"
#include <string>

namespace genfuse::gen {

/// Joins two paths; either may be empty.
std::string joinAddress(llvm::StringRef prefix, llvm::StringRef address);

/// Why a relative address in a model is not one (empty if it is): components are not empty, not numbers, not
/// `*`.
std::string addressFault(llvm::StringRef address);

} // namespace genfuse::gen

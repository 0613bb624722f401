// What an object file defines and what it wants from outside.
#pragma once

#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace genfuse {

/// What kernels call that hand products over: functions of libgenfuse_gemm (runtime/gemm/gemm.h).
inline const std::vector<std::string> gemmSymbols = {"gf_gemm_f32", "gf_gemm_f64"};

/// Throws genfuse::Error with the names of all symbols that `object` does not define, but for `imports` and
/// memcpy, memmove, memset and bcmp: generated code stands alone, and a call of libm would be scalar code in
/// a vector kernel.
void checkStandsAlone(llvm::StringRef object, const std::vector<std::string> &imports = {});

/// Functions that `object` exports.
std::vector<std::string> exportedFunctions(llvm::StringRef object);

} // namespace genfuse

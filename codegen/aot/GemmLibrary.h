// The library that kernels call for large products, as a file of a library.
#pragma once

#include "codegen/aot/Files.h"

namespace genfuse::aot {

/// Where the one lies that the compiler itself uses.
std::string gemmLibrary();

/// lib/libgenfuse_gemm.so. Throws genfuse::Error where it cannot be read.
File gemmFile();

} // namespace genfuse::aot

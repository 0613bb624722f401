// The library that kernels call for large products, as a file of a library.
#pragma once

#include "codegen/aot/Files.h"
#include <vector>

namespace genfuse::aot {

/// Where the one lies that the compiler itself uses.
std::string gemmLibrary();

/// lib/libgenfuse_gemm.so and the licence of the BLIS within. Throws genfuse::Error where it cannot be read.
std::vector<File> gemmFiles();

} // namespace genfuse::aot

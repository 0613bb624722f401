// Files that are part of the compiler because they become parts of libraries.
#pragma once

#include <span>
#include <string_view>

namespace genfuse::aot::embedded {

/// LLVM bitcode of runtime/embed/support.
std::span<const unsigned char> support();

/// LLVM bitcode of the launch layer, runtime/cuda.
std::span<const unsigned char> launchLayer();

/// Texts of headers: runtime/abi.h, runtime/embed/array.h and runtime/embed/typed.h.
std::string_view abiHeader();
std::string_view arrayHeader();
std::string_view typedHeader();

/// The licence of the BLIS in libgenfuse_gemm.
std::string_view gemmLicense();

} // namespace genfuse::aot::embedded

// The text of genfuse_cuda.h, which generated CUDA text includes, embedded in the program.
#pragma once
#include <string_view>

namespace genfuse::cuda {

/// kernel.h and the device library as one text that includes nothing of its own but <stdint.h>, and that not
/// under NVRTC. Ends in 0 behind its last character and lives as long as the program.
std::string_view headerText();

/// The name by which generated text includes it.
inline constexpr const char *headerName = "genfuse_cuda.h";

} // namespace genfuse::cuda

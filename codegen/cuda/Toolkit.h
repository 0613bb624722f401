// Where a CUDA toolkit may lie at run time.
#pragma once
#include <filesystem>
#include <vector>

namespace genfuse::cuda {

/// Folders of toolkits, best first: $CUDA_HOME, $CUDA_PATH, the one that the project was built with. They
/// need not exist.
std::vector<std::filesystem::path> toolkitRoots();

/// A program of the toolkit: in the folders `bin` of the roots, then on $PATH. Throws Error where it is
/// nowhere.
std::filesystem::path toolkitProgram(const std::string &name);

} // namespace genfuse::cuda

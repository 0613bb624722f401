#include "Toolkit.h"
#include "runtime/Error.h"
#include <cstdlib>
#include <sstream>
#include <unistd.h>

namespace genfuse::cuda {
namespace {
namespace fs = std::filesystem;

bool runs(const fs::path &file) { return access(file.c_str(), X_OK) == 0; }
} // namespace

std::vector<fs::path> toolkitRoots() {
  std::vector<fs::path> roots;
  for (const char *variable : {"CUDA_HOME", "CUDA_PATH"})
    if (const char *value = std::getenv(variable); value && *value)
      roots.push_back(value);
#ifdef GENFUSE_CUDA_ROOT
  roots.push_back(GENFUSE_CUDA_ROOT);
#endif
  return roots;
}

fs::path toolkitProgram(const std::string &name) {
  std::vector<fs::path> folders;
  for (const fs::path &root : toolkitRoots())
    folders.push_back(root / "bin");
  std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(path, folder, ':');)
    folders.push_back(folder);
  for (const fs::path &folder : folders)
    if (runs(folder / name))
      return folder / name;
  throw Error("no program '" + name + "' of a CUDA toolkit: expected it on PATH or in $CUDA_HOME/bin");
}

} // namespace genfuse::cuda

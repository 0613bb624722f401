// Runs a fuzz target on stored inputs, without libFuzzer: files, or all files of folders.
#include "tests/fuzz/Target.h"
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

namespace files = std::filesystem;

static std::vector<files::path> inputsOf(const files::path &path) {
  if (!files::is_directory(path))
    return {path};
  std::vector<files::path> found;
  for (const auto &entry : files::directory_iterator(path))
    if (entry.is_regular_file() && entry.path().filename().string()[0] != '.')
      found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

int main(int argc, char **argv) {
  int count = 0;
  for (int i = 1; i < argc; ++i)
    for (const files::path &path : inputsOf(argv[i])) {
      std::ifstream file(path, std::ios::binary);
      const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
      if (!file) {
        std::cerr << "cannot read " << path << "\n";
        return 1;
      }
      std::cerr << path.filename().string() << "\n"; // the last line names the input that crashes
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
      ++count;
    }
  std::cout << count << " inputs\n";
  return count > 0 ? 0 : 1;
}

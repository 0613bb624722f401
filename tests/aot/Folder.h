// A folder for the files of one test, and commands on them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace genfuse {

struct Folder {
  Folder() {
    static int count = 0;
    path = std::filesystem::temp_directory_path() /
           ("genfuse_aot_" + std::to_string(getpid()) + "_" + std::to_string(count++));
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder &) = delete;
  std::string file(const std::string &name) const { return (path / name).string(); }
  std::filesystem::path path;
};

inline bool run(const std::string &command) { return std::system(command.c_str()) == 0; }

inline std::string contents(const std::filesystem::path &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline bool hasCompiler() { return run("cc --version > /dev/null 2>&1 && c++ --version > /dev/null 2>&1"); }

} // namespace genfuse

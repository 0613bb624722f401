#include "FatBinary.h"
#include "Toolkit.h"
#include "runtime/Error.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace genfuse::cuda {
namespace {
namespace fs = std::filesystem;

/// A folder that goes away with this.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "genfuse-XXXXXX").string();
    if (!mkdtemp(pattern.data()))
      throw Error("cannot make a folder in '" + fs::temp_directory_path().string() + "'");
    path = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  fs::path path;
};

void write(const fs::path &path, const std::string &bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  if (!file.flush())
    throw Error("cannot write '" + path.string() + "'");
}

std::string read(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw Error("cannot read '" + path.string() + "'");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Runs a program in `folder`, where its output goes to the file `log`.
void run(std::vector<std::string> arguments, const fs::path &folder) {
  std::vector<char *> pointers;
  for (std::string &argument : arguments)
    pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "log", O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t process = 0;
  int failed = posix_spawn(&process, arguments[0].c_str(), &actions, nullptr, pointers.data(), environ),
      status = 0;
  posix_spawn_file_actions_destroy(&actions);
  if (failed || waitpid(process, &status, 0) != process || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error("'" + arguments[0] + "' failed: " + (failed ? "it cannot be started" : read(folder / "log")));
}

} // namespace

FatBinary makeFatBinary(std::string_view text, const std::string &name,
                        const std::vector<int> &architectures) {
  if (architectures.empty())
    throw Error("fat binary of '" + name + "': expected one or more architectures, got none");
  FatBinary result;
  for (int architecture : architectures)
    result.codes.push_back(compileText(text, name, architecture));
  int newest = *std::max_element(architectures.begin(), architectures.end());
  result.codes.push_back(compileText(text, name, newest, CodeKind::ptx));

  // Relative names: fatbinary writes them into what it makes.
  TemporaryFolder folder;
  std::vector<std::string> arguments = {toolkitProgram("fatbinary").string(), "--64", "--create=fatbin"};
  for (const DeviceCode &code : result.codes) {
    const bool ptx = code.kind == CodeKind::ptx;
    const std::string file = (ptx ? "ptx_" : "sm_") + std::to_string(code.architecture);
    write(folder.path / file, code.bytes);
    arguments.push_back(std::string("--image3=kind=") + (ptx ? "ptx" : "elf") +
                        ",sm=" + std::to_string(code.architecture) + ",file=" + file);
  }
  run(std::move(arguments), folder.path);
  result.bytes = read(folder.path / "fatbin");
  return result;
}

} // namespace genfuse::cuda

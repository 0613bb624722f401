#include "tools/Graphviz.h"
#include "runtime/Error.h"
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace genfuse {
namespace {

/// A file without a name, for one stream of the program.
class Stream {
public:
  Stream() : file(std::tmpfile(), &std::fclose) {
    if (!file)
      throw Error("cannot make a temporary file: " + std::string(std::strerror(errno)));
  }

  int descriptor() const { return fileno(file.get()); }

  void write(const std::string &text) {
    if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() || std::fflush(file.get()) != 0)
      throw Error("cannot write a temporary file: " + std::string(std::strerror(errno)));
    std::rewind(file.get());
  }

  std::string read() {
    std::string text;
    char part[4096];
    std::rewind(file.get());
    while (size_t count = std::fread(part, 1, sizeof part, file.get()))
      text.append(part, count);
    return text;
  }

private:
  std::unique_ptr<std::FILE, int (*)(std::FILE *)> file;
};

/// The exit status of a program with these streams; -1 if there is no such program.
int runProgram(const char *name, const std::string &argument, const Stream &in, const Stream &out,
               const Stream &err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.descriptor(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.descriptor(), STDERR_FILENO);
  char *arguments[] = {const_cast<char *>(name), const_cast<char *>(argument.c_str()), nullptr};
  pid_t child = 0;
  const int fault = posix_spawnp(&child, name, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (fault == ENOENT)
    return -1;
  if (fault != 0)
    throw Error("cannot run '" + std::string(name) + "': " + std::strerror(fault));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

} // namespace

std::string renderGraph(const std::string &dot, const std::string &format) {
  Stream in, out, err;
  in.write(dot);
  const int status = runProgram("dot", "-T" + format, in, out, err);
  if (status == -1)
    throw Error(
        "expected the program 'dot' of Graphviz in the search path, found none (--emit=dot prints the "
        "graph as text)");
  if (status != 0)
    throw Error("the program 'dot' failed: " + err.read());
  return out.read();
}

} // namespace genfuse

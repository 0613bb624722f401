#include "tests/differential/Isolated.h"
#include "runtime/Error.h"
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace genfuse::differential {

namespace {

void writeAll(int to, const std::string &text) {
  for (size_t at = 0; at < text.size();) {
    ssize_t written = write(to, text.data() + at, text.size() - at);
    if (written <= 0)
      _exit(3);
    at += static_cast<size_t>(written);
  }
}

std::string readAll(int from) {
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = read(from, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(got));
  return text;
}

} // namespace

std::optional<Failure> isolated(const std::function<std::optional<Failure>()> &run, unsigned seconds) {
  int ends[2];
  if (pipe(ends) != 0)
    throw Error("a pipe cannot be made");
  pid_t child = fork();
  if (child < 0)
    throw Error("a process cannot be started");
  if (child == 0) {
    close(ends[0]);
    alarm(seconds);
    if (std::optional<Failure> failure = run())
      writeAll(ends[1], failure->kind + "\n" + failure->text);
    _exit(0);
  }
  close(ends[1]);
  std::string text = readAll(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    return Failure{"timeout", "no end after " + std::to_string(seconds) + " seconds"};
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return Failure{"crash", WIFSIGNALED(status) ? "ended by signal " + std::to_string(WTERMSIG(status))
                                                : "ended with status " + std::to_string(WEXITSTATUS(status))};
  if (text.empty())
    return std::nullopt;
  size_t line = text.find('\n');
  return Failure{text.substr(0, line), text.substr(line + 1)};
}

} // namespace genfuse::differential

#include "tools/Progress.h"
#include <algorithm>
#include <unistd.h>

namespace genfuse {

std::string progressLine(const std::string &what, int64_t done, int64_t all, int64_t seconds) {
  constexpr int64_t width = 20;
  std::string line;
  if (all > 0) {
    const int64_t filled = width * std::clamp<int64_t>(done, 0, all) / all;
    line = "[" + std::string(filled, '=') + (filled < width ? ">" : "") +
           std::string(std::max<int64_t>(0, width - filled - 1), ' ') + "] ";
  }
  return line + what + ", " + std::to_string(seconds) + " s";
}

bool Progress::isTerminal() { return isatty(STDERR_FILENO) == 1; }

Progress::Progress(std::ostream &out, int64_t all, Options options)
    : out(out), all(all), options(options), start(std::chrono::steady_clock::now()) {
  if (options.shown)
    drawer = std::thread([this] { draw(); });
}

Progress::~Progress() {
  if (!drawer.joinable())
    return;
  {
    std::lock_guard lock(mutex);
    stopped = true;
  }
  wake.notify_one();
  drawer.join();
  clear();
}

void Progress::step(const std::string &next) {
  std::lock_guard lock(mutex);
  what = next;
  ++begun;
}

void Progress::draw() {
  std::unique_lock lock(mutex);
  auto next = options.patience;
  while (!wake.wait_until(lock, start + next, [&] { return stopped; })) {
    const auto passed = std::chrono::steady_clock::now() - start;
    if (begun > 0) {
      const int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(passed).count();
      out << "\r\033[K" << progressLine(what, begun - 1, all, seconds) << std::flush;
      drawn = true;
    }
    next = std::chrono::duration_cast<std::chrono::milliseconds>(passed) + options.interval;
  }
}

/// The line gives way to what comes after it.
void Progress::clear() {
  if (drawn)
    out << "\r\033[K" << std::flush;
}

} // namespace genfuse

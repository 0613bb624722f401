// A line on the terminal that says what a program is at, once that takes longer than a second.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>

namespace genfuse {

/// What the line shows: the step, a bar where the number of steps is known, the seconds since the start.
/// `[=====>              ] compiling, 3 s`.
std::string progressLine(const std::string &what, int64_t done, int64_t all, int64_t seconds);

/// Draws the line anew while it lives and wipes it out at the end. Nothing is written in the first second,
/// nor if `shown` is false. One thread draws; `step` may be called from any.
class Progress {
public:
  struct Options {
    bool shown = true;
    std::chrono::milliseconds patience{1000}, interval{100};
  };

  /// `all`: how many steps there will be, 0 if that is not known.
  Progress(std::ostream &out, int64_t all, Options options);
  ~Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// The previous step, if any, is done; the next one is `what`.
  void step(const std::string &what);

  /// Whether standard error is a terminal.
  static bool isTerminal();

private:
  void draw();
  void clear();

  std::ostream &out;
  const int64_t all;
  const Options options;
  const std::chrono::steady_clock::time_point start;
  std::mutex mutex;
  std::condition_variable wake;
  std::string what;
  int64_t begun = 0;
  bool stopped = false, drawn = false;
  std::thread drawer;
};

} // namespace genfuse

#include "tools/Progress.h"
#include <gmock/gmock.h>
#include <sstream>

using namespace genfuse;
using namespace std::chrono_literals;

TEST(Progress, TheLine) {
  EXPECT_EQ(progressLine("compiling", 0, 4, 1), "[>                   ] compiling, 1 s");
  EXPECT_EQ(progressLine("running", 1, 4, 2), "[=====>              ] running, 2 s");
  EXPECT_EQ(progressLine("running", 4, 4, 2), "[====================] running, 2 s");
  EXPECT_EQ(progressLine("running", 0, 0, 3), "running, 3 s");
}

TEST(Progress, ShortWorkShowsNothing) {
  std::ostringstream out;
  { Progress(out, 2, {.patience = 1h}).step("compiling"); }
  EXPECT_EQ(out.str(), "");
}

TEST(Progress, NothingIsShownWhereItIsOff) {
  std::ostringstream out;
  {
    Progress progress(out, 2, {.shown = false, .patience = 0ms});
    progress.step("compiling");
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_EQ(out.str(), "");
}

namespace {

/// Text that one thread writes and another waits for.
class Screen : public std::stringbuf {
public:
  /// False after half a minute, which no machine needs.
  bool waitFor(const std::string &part) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 30s, [&] { return text.find(part) != std::string::npos; });
  }

protected:
  int sync() override {
    std::lock_guard lock(mutex);
    text = str();
    changed.notify_all();
    return 0;
  }

private:
  std::mutex mutex;
  std::condition_variable changed;
  std::string text;
};

} // namespace

TEST(Progress, LongWorkShowsItsStepsAndLeavesNoTrace) {
  Screen screen;
  std::ostream out(&screen);
  {
    Progress progress(out, 2, {.patience = 0ms, .interval = 1ms});
    progress.step("compiling");
    EXPECT_TRUE(screen.waitFor("[>                   ] compiling, "));
    progress.step("running");
    EXPECT_TRUE(screen.waitFor("[==========>         ] running, "));
  }
  EXPECT_TRUE(screen.str().ends_with("\r\033[K"));
}

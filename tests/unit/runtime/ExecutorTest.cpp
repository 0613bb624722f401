#include "runtime/Executor.h"
#include "AllocationCount.h"
#include "ErrorText.h"
#include <atomic>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

using namespace genfuse;

namespace {

/// How often each part runs.
std::vector<int> counts(Executor &executor, int64_t parts) {
  std::vector<std::atomic<int>> runs(parts);
  executor.run(parts, [&](int64_t part) { ++runs[part]; });
  return {runs.begin(), runs.end()};
}

} // namespace

TEST(ThreadPool, RunsEachPartOnce) {
  for (int64_t threads : {1, 2, 7}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (int64_t parts : {0, 1, 2, 3, 7, 8, 100})
      EXPECT_EQ(counts(pool, parts), std::vector<int>(parts, 1)) << threads << " threads";
  }
}

TEST(ThreadPool, ManyRunsOneAfterTheOther) {
  ThreadPool pool(3);
  int64_t sums[8] = {}; // plain: a run happens before what comes after it
  for (int run = 0; run < 2000; ++run) {
    pool.run(8, [&](int64_t part) { sums[part] += run; });
    ASSERT_EQ(sums[run % 8], int64_t(run) * (run + 1) / 2);
  }
}

TEST(ThreadPool, SleepersWakeUp) {
  ThreadPool pool(4);
  for (int run = 0; run < 5; ++run) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(counts(pool, 64), std::vector<int>(64, 1));
  }
}

TEST(ThreadPool, PartsRunOnSeveralThreads) {
  ThreadPool pool(2);
  std::atomic<int> waiting{0};
  // Each part waits for the other one: one thread alone would never end.
  pool.run(2, [&](int64_t) {
    ++waiting;
    while (waiting < 2)
      std::this_thread::yield();
  });
  EXPECT_EQ(waiting, 2);
}

TEST(ThreadPool, NestedRunsAreDoneByTheCaller) {
  ThreadPool pool(2);
  std::atomic<int> inner{0}, elsewhere{0};
  pool.run(4, [&](int64_t) {
    const std::thread::id self = std::this_thread::get_id();
    pool.run(10, [&](int64_t) {
      ++inner;
      elsewhere += std::this_thread::get_id() != self;
    });
  });
  EXPECT_EQ(inner, 40);
  EXPECT_EQ(elsewhere, 0);
}

TEST(ThreadPool, CallersMayShareIt) {
  ThreadPool pool(2);
  std::atomic<int> runs{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      for (int k = 0; k < 200; ++k)
        pool.run(8, [&](int64_t) { ++runs; });
    });
  for (std::thread &caller : callers)
    caller.join();
  EXPECT_EQ(runs, 4 * 200 * 8);
}

TEST(ThreadPool, TheFirstPartThatThrowsWins) {
  for (int64_t threads : {1, 2, 7}) {
    ThreadPool pool(threads);
    std::atomic<int> runs{0};
    EXPECT_ERROR(pool.run(50,
                          [&](int64_t part) {
                            ++runs;
                            if (part % 10 == 3)
                              throw Error("part " + std::to_string(part));
                          }),
                 "part 3");
    EXPECT_EQ(runs, 50);
    EXPECT_EQ(counts(pool, 9), std::vector<int>(9, 1));
  }
}

TEST(ThreadPool, RunsAllocateNothing) {
  ThreadPool pool(3);
  std::atomic<int64_t> sum{0};
  pool.run(16, [&](int64_t part) { sum += part; });
  const int64_t before = allocationCount();
  for (int run = 0; run < 100; ++run)
    pool.run(16, [&](int64_t part) { sum += part; });
  EXPECT_EQ(allocationCount(), before);
}

TEST(ThreadPool, NumbersThatAreNotNumbersOfThreads) {
  EXPECT_ERROR(ThreadPool(0), "expected 1 or more threads, got 0");
  EXPECT_ERROR(ThreadPool(-3), "expected 1 or more threads, got -3");
}

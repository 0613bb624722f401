#include "runtime/Executor.h"
#include "runtime/Error.h"
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace genfuse {

Executor::~Executor() = default;

namespace {

/// How often a thread looks for work before it sleeps: some 30 microseconds.
constexpr int patience = 1000;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

/// One run: threads take the next part until none is left.
struct Job {
  int64_t parts;
  PartBody body;
  std::atomic<int64_t> next{0};
  std::mutex mutex;
  std::exception_ptr error;
  int64_t errorPart = 0;

  Job(int64_t parts, PartBody body) : parts(parts), body(body) {}

  void work() noexcept {
    for (int64_t part; (part = next.fetch_add(1, std::memory_order_relaxed)) < parts;)
      try {
        body(part);
      } catch (...) {
        std::lock_guard lock(mutex);
        if (!error || part < errorPart) {
          error = std::current_exception();
          errorPart = part;
        }
      }
  }
};

} // namespace

struct ThreadPool::State {
  std::atomic_flag busy;
  std::atomic<uint64_t> jobs{0}; ///< how many there were; a change wakes those who spin
  std::atomic<int64_t> inside{0};
  std::mutex mutex; ///< of what follows
  std::condition_variable started, finished;
  Job *job = nullptr; ///< null when no one may join any more
  bool stopping = false;
  std::vector<std::thread> threads;

  void work(uint64_t seen) {
    while (true) {
      for (int i = 0; i < patience && jobs.load(std::memory_order_relaxed) == seen; ++i)
        pause();
      std::unique_lock lock(mutex);
      started.wait(lock, [&] { return jobs != seen || stopping; });
      if (stopping)
        return;
      seen = jobs;
      Job *mine = job;
      if (!mine)
        continue;
      ++inside;
      lock.unlock();
      mine->work();
      lock.lock();
      if (--inside == 0)
        finished.notify_one();
    }
  }

  void run(Job &mine) {
    {
      std::lock_guard lock(mutex);
      job = &mine;
      ++jobs;
    }
    started.notify_all();
    mine.work();
    std::unique_lock lock(mutex);
    job = nullptr;
    if (inside == 0)
      return;
    lock.unlock();
    for (int i = 0; i < patience && inside.load(std::memory_order_acquire) != 0; ++i)
      pause();
    lock.lock();
    finished.wait(lock, [&] { return inside == 0; });
  }

  void stop() {
    {
      std::lock_guard lock(mutex);
      stopping = true;
      ++jobs;
    }
    started.notify_all();
    for (std::thread &thread : threads)
      thread.join();
  }
};

ThreadPool::ThreadPool(int64_t threads) : state(std::make_unique<State>()) {
  if (threads < 1)
    throw Error("expected 1 or more threads, got " + std::to_string(threads));
  try {
    for (int64_t i = 1; i < threads; ++i)
      state->threads.emplace_back([this] { state->work(0); });
  } catch (const std::exception &error) {
    state->stop();
    throw Error("expected " + std::to_string(threads) + " threads, the system gave " +
                std::to_string(state->threads.size() + 1) + ": " + error.what());
  }
}

ThreadPool::~ThreadPool() { state->stop(); }

int64_t ThreadPool::threads() const { return static_cast<int64_t>(state->threads.size()) + 1; }

void ThreadPool::run(int64_t parts, PartBody body) {
  Job job(parts, body);
  if (parts <= 1 || state->threads.empty() || state->busy.test_and_set(std::memory_order_acquire)) {
    job.work();
  } else {
    state->run(job);
    state->busy.clear(std::memory_order_release);
  }
  if (job.error)
    std::rethrow_exception(job.error);
}

} // namespace genfuse

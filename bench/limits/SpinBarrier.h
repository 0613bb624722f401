// A barrier for threads that run a kernel together.
#pragma once

#include <atomic>
#include <thread>

namespace genfuse::limits {

/// Where the threads of a run wait for each other, actively: what they do in between takes microseconds.
/// After a millisecond or so a thread that waits lets others run: on a busy machine one of them may be the
/// other.
class SpinBarrier {
public:
  explicit SpinBarrier(int threads) : threads(threads) {}

  /// `round` is the caller's own count of its waits, from 0.
  void wait(int &round) {
    ++round;
    arrived.fetch_add(1, std::memory_order_acq_rel);
    for (int spins = 0; arrived.load(std::memory_order_acquire) < round * threads; ++spins)
      spins < patience ? __builtin_ia32_pause() : std::this_thread::yield();
  }

private:
  static constexpr int patience = 20000;
  const int threads;
  alignas(64) std::atomic<int> arrived{0}; // a line of its own: it changes hands all the time
};

} // namespace genfuse::limits

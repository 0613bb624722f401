// One block of emulated threads: who runs next, who waits for whom, and what is wrong with that.
//
// A thread runs until it waits or ends. A barrier opens when all threads of the block wait at it. At a
// shuffle or a vote, the lane that comes last hands all lanes of the mask what they asked for. So a result
// that depends on threads between two such points comes out differently in another order: that is how missing
// ones are found.
#pragma once
#include "Fiber.h"
#include "Order.h"
#include "host_api.h"
#include <functional>
#include <string>
#include <vector>

namespace genfuse::cuda_host {

class Block {
public:
  explicit Block(gf_host_api &api) : api(api) {}

  /// Runs `body` in each of api.block_size.x threads. Empty, or what was wrong; then no thread runs any more.
  std::string run(Order order, std::uint64_t seed, const std::function<void()> &body);

  /// The functions of gf_host_api, called in the running thread.
  std::uint64_t meetBlock(gf_host_wait kind, int line, std::uint64_t value);
  std::uint64_t meetWarp(gf_host_wait kind, int line, unsigned mask, std::uint64_t value, int source);
  /// Ends the block with this fault, which names the running thread.
  [[noreturn]] void stop(const std::string &what);
  /// Whether an address lies on the stack of a thread.
  bool onStack(const void *address) const { return stacks.hold(address); }
  /// The running thread.
  unsigned thread() const { return running; }

private:
  enum class State { ready, atBarrier, inWarp, done };
  struct Thread {
    Fiber fiber;
    State state = State::ready;
    gf_host_wait kind = gf_host_barrier;
    int line = 0, source = 0;
    unsigned mask = 0;
    std::uint64_t value = 0, result = 0;
  };

  static void enter();
  [[noreturn]] void abandon(std::string what);
  void wait(State state);
  void openBarrier();
  void deliver(unsigned warp, unsigned mask);
  bool complete(unsigned warp, unsigned mask) const;
  std::string checkWarp(unsigned warp, unsigned mask) const;
  std::string explain() const;
  std::string explainWarp(unsigned waiting) const;
  std::string describe(unsigned thread) const;

  gf_host_api &api;
  Stacks stacks;
  std::vector<Thread> threads;
  const std::function<void()> *body = nullptr;
  unsigned running = 0;
  std::string fault;
};

} // namespace genfuse::cuda_host

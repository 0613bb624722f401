#include "Block.h"
#include <bit>

namespace genfuse::cuda_host {
namespace {

/// The block whose fibers run; one at a time in a process.
Block *active = nullptr;

const char *nameOf(gf_host_wait kind) {
  switch (kind) {
  case gf_host_barrier:
    return "__syncthreads";
  case gf_host_barrier_or:
    return "__syncthreads_or";
  case gf_host_barrier_and:
    return "__syncthreads_and";
  case gf_host_syncwarp:
    return "__syncwarp";
  case gf_host_shuffle:
    return "a shuffle";
  case gf_host_vote:
    return "a vote";
  }
  return "?";
}

unsigned firstLane(unsigned mask) { return static_cast<unsigned>(std::countr_zero(mask)); }

} // namespace

void Block::enter() {
  Block &block = *active;
  (*block.body)();
  block.wait(State::done);
}

void Block::wait(State state) {
  Thread &self = threads[running];
  self.state = state;
  self.fiber.leave();
}

void Block::stop(const std::string &what) { abandon("thread " + std::to_string(running) + ": " + what); }

void Block::abandon(std::string what) {
  fault = std::move(what);
  wait(State::done);
  __builtin_unreachable(); // nobody resumes it
}

std::string Block::run(Order order, std::uint64_t seed, const std::function<void()> &entry) {
  unsigned count = api.block_size.x, done = 0;
  body = &entry;
  active = this;
  fault.clear();
  threads.assign(count, Thread());
  for (unsigned i = 0; i < count; ++i)
    threads[i].fiber.start(stacks.at(i), &Block::enter);
  while (done < count) {
    bool moved = false;
    for (unsigned i : turns(order, count, seed)) {
      if (threads[i].state != State::ready)
        continue;
      moved = true;
      running = i;
      api.thread = {i, 0, 0};
      threads[i].fiber.resume();
      if (!fault.empty())
        return fault;
      done += threads[i].state == State::done;
    }
    if (moved)
      continue;
    if (fault = explain(); !fault.empty())
      return fault;
    openBarrier();
  }
  return "";
}

std::uint64_t Block::meetBlock(gf_host_wait kind, int line, std::uint64_t value) {
  Thread &self = threads[running];
  self.kind = kind;
  self.line = line;
  self.value = value;
  wait(State::atBarrier);
  return self.result;
}

void Block::openBarrier() {
  std::uint64_t any = 0, all = 1;
  for (const Thread &thread : threads)
    any |= thread.value, all &= thread.value;
  for (Thread &thread : threads) {
    thread.result = thread.kind == gf_host_barrier_and ? all : any;
    thread.state = State::ready;
  }
}

std::uint64_t Block::meetWarp(gf_host_wait kind, int line, unsigned mask, std::uint64_t value, int source) {
  unsigned warp = running / 32, lane = running % 32;
  if (!(mask >> lane & 1))
    stop("line " + std::to_string(line) + ": the mask of " + nameOf(kind) + " lacks its own lane");
  if (kind == gf_host_shuffle && !(mask >> source & 1))
    stop("line " + std::to_string(line) + ": a shuffle reads lane " + std::to_string(source) +
         ", which is not in its mask");
  Thread &self = threads[running];
  self.kind = kind;
  self.line = line;
  self.mask = mask;
  self.value = value;
  self.source = source;
  self.state = State::inWarp;
  if (!complete(warp, mask)) {
    wait(State::inWarp);
    return self.result;
  }
  if (std::string wrong = checkWarp(warp, mask); !wrong.empty())
    abandon(wrong);
  deliver(warp, mask);
  return self.result;
}

bool Block::complete(unsigned warp, unsigned mask) const {
  for (unsigned rest = mask; rest; rest &= rest - 1) {
    unsigned i = warp * 32 + firstLane(rest);
    if (i >= threads.size() || threads[i].state != State::inWarp || threads[i].mask != mask)
      return false;
  }
  return true;
}

std::string Block::checkWarp(unsigned warp, unsigned mask) const {
  unsigned first = warp * 32 + firstLane(mask);
  for (unsigned rest = mask; rest; rest &= rest - 1) {
    unsigned i = warp * 32 + firstLane(rest);
    if (threads[i].kind != threads[first].kind || threads[i].line != threads[first].line)
      return "lanes of one mask meet at different places: " + describe(first) + ", " + describe(i);
  }
  return "";
}

void Block::deliver(unsigned warp, unsigned mask) {
  std::uint64_t votes = 0;
  for (unsigned rest = mask; rest; rest &= rest - 1)
    votes |= std::uint64_t(threads[warp * 32 + firstLane(rest)].value != 0) << firstLane(rest);
  for (unsigned rest = mask; rest; rest &= rest - 1) {
    Thread &thread = threads[warp * 32 + firstLane(rest)];
    bool shuffle = thread.kind == gf_host_shuffle;
    thread.result = shuffle ? threads[warp * 32 + static_cast<unsigned>(thread.source)].value : votes;
    thread.state = State::ready;
  }
}

std::string Block::describe(unsigned thread) const {
  const Thread &that = threads[thread];
  std::string text = "thread " + std::to_string(thread);
  if (that.state == State::done)
    return text + " returned";
  return text + " waits in line " + std::to_string(that.line) + " (" + nameOf(that.kind) + ")";
}

/// Why nobody can run: empty if all wait at one barrier.
std::string Block::explain() const {
  const unsigned count = static_cast<unsigned>(threads.size());
  unsigned waiting = count, done = count, shuffling = count;
  for (unsigned i = count; i-- > 0;) {
    if (threads[i].state == State::inWarp)
      shuffling = i;
    if (threads[i].state == State::done)
      done = i;
    else
      waiting = i;
  }
  if (shuffling < count)
    return explainWarp(shuffling);
  if (done < count)
    return "divergent barrier: " + describe(waiting) + ", but " + describe(done);
  for (unsigned i = 1; i < count; ++i)
    if (threads[i].line != threads[0].line || threads[i].kind != threads[0].kind)
      return "divergent barrier: " + describe(0) + ", but " + describe(i);
  return "";
}

std::string Block::explainWarp(unsigned waiting) const {
  const Thread &that = threads[waiting];
  unsigned warp = waiting / 32;
  for (unsigned rest = that.mask; rest; rest &= rest - 1) {
    unsigned i = warp * 32 + firstLane(rest);
    if (i >= threads.size())
      return "lanes that never come: " + describe(waiting) + ", but the block has no thread " +
             std::to_string(i);
    if (threads[i].state != State::inWarp)
      return "lanes that never come: " + describe(waiting) + ", but " + describe(i);
    if (threads[i].mask != that.mask)
      return "different masks: " + describe(waiting) + ", " + describe(i);
  }
  return "a complete warp waits"; // meetWarp would have served it
}

} // namespace genfuse::cuda_host

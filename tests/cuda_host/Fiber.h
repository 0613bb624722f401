// Threads of execution that hand over to each other by hand, on stacks of their own.
#pragma once
#include <cstddef>
#include <vector>

namespace genfuse::cuda_host {

/// Stacks below guard pages: a kernel that overruns its stack stops the program there.
class Stacks {
public:
  static constexpr std::size_t bytes = 256 * 1024;

  Stacks() = default;
  ~Stacks();
  Stacks(const Stacks &) = delete;
  Stacks &operator=(const Stacks &) = delete;

  /// The stack of fiber `index`, made at its first use and used again from then on. Throws std::bad_alloc.
  char *at(std::size_t index);
  /// Whether an address lies on one of them.
  bool hold(const void *address) const;

private:
  std::vector<char *> stacks;
};

/// A function on a stack. It must not return, nor throw.
class Fiber {
public:
  void start(char *stack, void (*body)());
  /// Continues it until it leaves. Called outside of fibers.
  void resume();
  /// Returns to the resume() that runs it.
  void leave();

private:
  void *own = nullptr, *caller = nullptr; ///< stack pointers of who waits
};

} // namespace genfuse::cuda_host

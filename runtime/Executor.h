// What runs the parts of a kernel: the runtime's thread pool, or whatever the caller brings.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

namespace genfuse {

/// Refers to something that is called with the number of a part; it has to outlive the reference.
class PartBody {
public:
  template <class Body>
  requires(!std::is_same_v<std::remove_cvref_t<Body>, PartBody>) PartBody(Body &&body)
      : closure(const_cast<void *>(static_cast<const void *>(std::addressof(body)))),
        call([](void *closure, int64_t part) {
          (*static_cast<std::remove_reference_t<Body> *>(closure))(part);
        }) {}
  void operator()(int64_t part) const { call(closure, part); }

private:
  void *closure;
  void (*call)(void *closure, int64_t part);
};

/// The work of a kernel is cut into parts by sizes alone, so results are the same to the bit whichever
/// executor runs them. An executor may be shared by several threads if its `run` may be.
class __attribute__((visibility("default"))) Executor {
public:
  virtual ~Executor();

  /// Calls body(part) exactly once for each part of 0 .. parts - 1, in any order and on any threads, and
  /// returns when all these calls have returned.
  virtual void run(int64_t parts, PartBody body) = 0;
};

/// Threads that are made once and wait for work. The thread that calls `run` works too. A run that is asked
/// for while another one is under way, from a part of it or from another thread, is done by the caller alone.
/// Nothing is allocated in `run`.
class __attribute__((visibility("default"))) ThreadPool final : public Executor {
public:
  /// `threads` counts the caller. Errors: less than 1, or more than the system gives.
  explicit ThreadPool(int64_t threads);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  int64_t threads() const;

  /// All parts run, even if some throw; the exception of the lowest part that threw is then thrown again.
  void run(int64_t parts, PartBody body) override;

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace genfuse

// Calls of one kernel for any number of threads at once: each borrows one of its own.
#pragma once

#include "runtime/Call.h"
#include "runtime/KernelSource.h"
#include <memory>
#include <mutex>
#include <vector>

namespace genfuse {

/// Keeps calls, and with them their workspaces, between uses. Thread-safe.
class __attribute__((visibility("default"))) CallPool {
public:
  explicit CallPool(CompiledKernel kernel) : kernel_(kernel) {}

  const Signature &signature() const { return *kernel_.signature; }

  /// A call for one thread; it goes back to the pool at the end of its scope. Whoever takes it sets all
  /// arrays anew.
  class __attribute__((visibility("default"))) Lease {
  public:
    Lease(CallPool &pool, std::unique_ptr<Call> call) : pool(pool), call(std::move(call)) {}
    Lease(const Lease &) = delete;
    ~Lease();
    Call *operator->() { return call.get(); }
    /// Errors: those of Call::run.
    void run(double scale = 1.0) { call->run(pool.kernel_.run, pool.kernel_.workspace, /*seed=*/0, scale); }

  private:
    CallPool &pool;
    std::unique_ptr<Call> call;
  };
  Lease take();

private:
  CompiledKernel kernel_;
  std::mutex mutex;
  std::vector<std::unique_ptr<Call>> idle;
};

} // namespace genfuse

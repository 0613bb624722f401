#include "runtime/CallPool.h"

namespace genfuse {

CallPool::Lease CallPool::take() {
  {
    std::lock_guard lock(mutex);
    if (!idle.empty()) {
      std::unique_ptr<Call> call = std::move(idle.back());
      idle.pop_back();
      return {*this, std::move(call)};
    }
  }
  return {*this, std::make_unique<Call>(*kernel_.signature)};
}

CallPool::Lease::~Lease() {
  std::lock_guard lock(pool.mutex);
  pool.idle.push_back(std::move(call));
}

} // namespace genfuse

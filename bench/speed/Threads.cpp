#include "bench/speed/Threads.h"
#include <map>

namespace genfuse::bench {

ThreadPool &poolOf(int64_t threads) {
  static std::map<int64_t, std::unique_ptr<ThreadPool>> pools;
  std::unique_ptr<ThreadPool> &pool = pools[threads];
  if (!pool)
    pool = std::make_unique<ThreadPool>(threads);
  return *pool;
}

} // namespace genfuse::bench

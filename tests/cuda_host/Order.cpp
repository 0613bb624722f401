#include "Order.h"
#include <algorithm>
#include <numeric>

namespace genfuse::cuda_host {

std::vector<unsigned> turns(Order order, unsigned count, std::uint64_t &seed) {
  std::vector<unsigned> all(count);
  std::iota(all.begin(), all.end(), 0u);
  if (order == Order::descending)
    std::reverse(all.begin(), all.end());
  if (order == Order::shuffled)
    for (unsigned left = count; left > 1; --left) {
      seed = seed * 6364136223846793005u + 1442695040888963407u; // Knuth's linear congruential generator
      std::swap(all[left - 1], all[(seed >> 33) % left]);
    }
  return all;
}

} // namespace genfuse::cuda_host

// The orders in which blocks, and the threads of a block, take their turns. Results must not depend on them.
#pragma once
#include <cstdint>
#include <vector>

namespace genfuse::cuda_host {

enum class Order { ascending, descending, shuffled };
inline constexpr Order all_orders[] = {Order::ascending, Order::descending, Order::shuffled};

/// 0 .. count - 1 in an order; `seed` counts for shuffled only, and advances.
std::vector<unsigned> turns(Order order, unsigned count, std::uint64_t &seed);

} // namespace genfuse::cuda_host

// What is held in registers, for passes that decide by it and for the lowering that does it.
#pragma once

#include <cstdint>

namespace genfuse {

/// Tensors of at most so many elements live in registers.
constexpr int64_t maxRegisters = 32;

/// Lanes are counted by registers of so many bytes; narrower ones split them.
constexpr int64_t laneBytes = 64;

/// The vector registers of a CPU.
struct VectorRegisters {
  int64_t count = 32, bytes = 64;
  /// How many accumulators the block of a product may have; the other registers are for what is read.
  int64_t blockRows() const { return count * 5 / 8; }
  /// Whether masked access takes no longer than other access (AVX-512).
  bool hasMasks() const { return bytes == 64; }
  bool operator==(const VectorRegisters &) const = default;
};

} // namespace genfuse

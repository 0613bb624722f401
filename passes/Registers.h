// What is held in registers, for passes that decide by it and for the lowering that does it.
#pragma once

#include <cstdint>

namespace genfuse {

/// Tensors of at most so many elements live in registers.
constexpr int64_t maxRegisters = 32;

} // namespace genfuse

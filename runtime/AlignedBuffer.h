// Memory aligned to 64 bytes, for arrays and workspaces.
#pragma once

#include <cstdint>
#include <memory>

namespace genfuse {

/// `bytes` bytes (at least one) aligned to 64, not initialised. Errors: std::bad_alloc.
std::shared_ptr<void> allocateAligned(int64_t bytes);

} // namespace genfuse

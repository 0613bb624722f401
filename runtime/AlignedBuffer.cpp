#include "runtime/AlignedBuffer.h"
#include <new>

namespace genfuse {

std::shared_ptr<void> allocateAligned(int64_t bytes) {
  constexpr std::align_val_t alignment{64};
  void *memory = ::operator new(static_cast<size_t>(bytes > 0 ? bytes : 1), alignment);
  return {memory, [](void *pointer) { ::operator delete(pointer, alignment); }};
}

} // namespace genfuse

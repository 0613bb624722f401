#include "AllocationCount.h"
#include <atomic>
#include <cstdlib>
#include <new>

static std::atomic<int64_t> allocations{0};

int64_t allocationCount() { return allocations; }

static void *allocate(size_t bytes, size_t alignment) {
  ++allocations;
  void *memory = std::aligned_alloc(alignment, (bytes + alignment) / alignment * alignment);
  if (!memory)
    throw std::bad_alloc();
  return memory;
}

void *operator new(size_t bytes) { return allocate(bytes, 16); }
void *operator new(size_t bytes, std::align_val_t alignment) {
  return allocate(bytes, static_cast<size_t>(alignment));
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }
void operator delete(void *memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void *memory, size_t, std::align_val_t) noexcept { std::free(memory); }

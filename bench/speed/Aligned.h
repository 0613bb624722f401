// Numbers that begin at a cache line, as those of gf::Array do: no side of a comparison reads across lines
// where another one does not.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace genfuse::bench {

template <class T> struct LineAllocator {
  using value_type = T;
  static constexpr std::align_val_t line{64};

  LineAllocator() = default;
  template <class U> LineAllocator(const LineAllocator<U> &) {}
  T *allocate(std::size_t count) { return static_cast<T *>(::operator new(count * sizeof(T), line)); }
  void deallocate(T *memory, std::size_t) { ::operator delete(memory, line); }
  friend bool operator==(const LineAllocator &, const LineAllocator &) { return true; }
};

using FloatVector = std::vector<float, LineAllocator<float>>;
using DoubleVector = std::vector<double, LineAllocator<double>>;

} // namespace genfuse::bench

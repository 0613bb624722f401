// Ranges of work for the threads of the kernels by hand, on the pool that generated kernels use too.
#pragma once

#include "runtime/Executor.h"
#include <algorithm>
#include <memory>

namespace genfuse::bench {

/// The pools of a program, one a number of threads; they live until the program ends.
ThreadPool &poolOf(int64_t threads);

/// Calls body(thread, first, last) for as many ranges of 0 .. count - 1 as there are threads, all but the
/// last one multiples of `multiple` long. Less than `worth` is done by the caller: to wake a thread takes
/// some microseconds.
template <class Body>
void inRanges(int64_t threads, int64_t count, int64_t multiple, const Body &body, int64_t worth = 0) {
  if (threads == 1 || count < worth)
    return body(int64_t(0), int64_t(0), count);
  const int64_t share = (count / multiple + threads - 1) / threads * multiple;
  auto part = [&](int64_t thread) {
    const int64_t first = std::min(count, thread * share);
    body(thread, first, thread + 1 == threads ? count : std::min(count, first + share));
  };
  poolOf(threads).run(threads, part);
}

} // namespace genfuse::bench

// An executor for tests of parts.
#pragma once

#include "runtime/Executor.h"
#include <vector>

namespace genfuse {

/// Runs parts from the last one to the first, and notes how many there were in each run.
struct Reversed : Executor {
  std::vector<int64_t> parts;
  void run(int64_t count, PartBody body) override {
    parts.push_back(count);
    for (int64_t part = count; part-- > 0;)
      body(part);
  }
};

} // namespace genfuse

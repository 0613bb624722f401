// What the object cache of a program has done.
#pragma once

#include "frontend/Api.h"
#include <cstdint>
#include <string>

namespace genfuse {

struct GENFUSE_API CacheReport {
  std::string folder;  ///< empty: no cache was asked for
  int64_t hits = 0;    ///< kernels whose machine code came from it
  int64_t misses = 0;  ///< kernels that were compiled
  std::string problem; ///< why it could not be read or written (the last time); empty: it could

  /// One line: `off`, or the folder with the counts and the problem.
  std::string text() const;
};

} // namespace genfuse

// Both targets that the kernels by hand are compiled for: every test runs for each.
#pragma once

#include "bench/limits/Target.h"
#include <gtest/gtest.h>

namespace genfuse {

using Targets = testing::Types<limits::Native, limits::V3>;

struct TargetNames {
  template <class Target> static std::string GetName(int) {
    return std::is_same_v<Target, limits::Native> ? "native" : "v3";
  }
};

/// What a tolerance of this many roundings of a float means for values of a magnitude.
inline double roundings(double count, double magnitude) { return count * 0x1p-24 * magnitude; }

} // namespace genfuse

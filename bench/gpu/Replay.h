// Runs a record on a device and compares what it leaves with what is stored.
#pragma once
#include "Device.h"
#include "Record.h"

namespace genfuse::gpu {

/// How the values of one array differ from those expected.
struct Difference {
  std::string array;
  int64_t count = 0, of = 0; ///< elements that differ, and all
  int64_t first = 0;         ///< the first that differs
  std::string expected, got; ///< its bytes as a hexadecimal number
};

struct Outcome {
  std::string name, what;
  std::string error; ///< why it could not run, else empty
  std::vector<Difference>
      differences;      ///< from the emulated device's results, to the bit; inputs that were changed
  int64_t compared = 0; ///< elements of outputs
  double fromCpu =
      0; ///< largest difference from the CPU's outputs, relative to the largest magnitude of its array
  double microseconds = 0; ///< of all launches, the median
  double bytes = 0;        ///< of the arrays that the launches point to, without the workspace

  bool equal() const { return error.empty() && differences.empty(); }
};

/// Never throws: what went wrong is in Outcome::error. `repeats` calls are timed, after 3 that are not.
Outcome replay(const std::filesystem::path &folder, int repeats, Device &device);

} // namespace genfuse::gpu

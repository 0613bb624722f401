// Compile time as users meet it.
#pragma once

#include <string>

namespace genfuse::bench {

/// Milliseconds from a traced model to its first result, of W1 (1,000 particles) or W2 (1 chain of 1,000): a
/// new gf::Program, the kernel, one call. To be the first thing that a process does. Errors: another
/// workload.
double firstResultMilliseconds(const std::string &workload);

} // namespace genfuse::bench

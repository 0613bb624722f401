// From a failing experiment to a smaller one that fails in the same way.
#pragma once

#include "tests/differential/Experiment.h"
#include <functional>

namespace genfuse::differential {

using Check = std::function<std::optional<Failure>(const Experiment &)>;

/// Tries smaller experiments until none fails with the same kind of failure, or `attempts` checks are spent:
/// statements are removed or replaced by one of their operands or a constant, plates, calls, names, results,
/// arguments and functions go, sizes and the number of instances fall.
Experiment shrink(Experiment failing, const Failure &failure, const Check &check, int attempts = 600);

} // namespace genfuse::differential

// Runs a function in a child process, so that a crash or an endless loop is a failure like others.
#pragma once

#include "tests/differential/Experiment.h"
#include <functional>

namespace genfuse::differential {

/// What `run` returns in a child process; a failure of the kind `crash` if the child ends otherwise, or of
/// the kind `timeout` after that many seconds.
std::optional<Failure> isolated(const std::function<std::optional<Failure>()> &run, unsigned seconds = 60);

} // namespace genfuse::differential

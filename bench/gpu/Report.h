// The report of a run, in Markdown.
#pragma once
#include "Replay.h"

namespace genfuse::gpu {

/// "H200, compute capability 9.0, 139.0 GiB; driver for CUDA 13.0".
std::string describe(const Device &device);

std::string report(const Device &device, const std::vector<Outcome> &outcomes, int repeats);

} // namespace genfuse::gpu

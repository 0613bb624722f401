// The step of gradient ascent that today the caller of a gradient kernel makes.
#pragma once

#include <cstdint>

namespace genfuse::bench {

/// parameter += increment, and increment = 0: the host's part of a training step.
void ascend(float *parameter, float *increment, int64_t count);

} // namespace genfuse::bench

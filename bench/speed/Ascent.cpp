#include "bench/speed/Ascent.h"

namespace genfuse::bench {

void ascend(float *__restrict parameter, float *__restrict increment, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    parameter[i] += increment[i];
    increment[i] = 0;
  }
}

} // namespace genfuse::bench

#include "bench/limits/Logistic.h"

namespace genfuse::limits {

void addPrior(const float *w, LogisticSum &sum) {
  constexpr double halfLog2Pi = 0.91893853320467274;
  for (int i = 0; i < LogisticData::columns; ++i) {
    sum.value -= 0.5 * w[i] * w[i] + halfLog2Pi;
    sum.gradient[i] -= w[i];
  }
}

} // namespace genfuse::limits

#include "codegen/cpu/HostReport.h"
#include "runtime/device/report.h"

namespace genfuse {

void reportOnHost(char *out, long long capacity, const char *templates, long long number,
                  const long long *words) {
  device::report(out, capacity, templates, number, words);
}

} // namespace genfuse

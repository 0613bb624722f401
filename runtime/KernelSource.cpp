#include "runtime/KernelSource.h"

namespace genfuse {

std::string DensityRequest::text() const {
  if (gradients.empty())
    return "assess()";
  std::string names;
  for (const std::string &name : gradients)
    names += (names.empty() ? "" : ", ") + name;
  const char *flags = returned && weighted ? "; return, weighted"
                      : returned           ? "; return"
                      : weighted           ? "; weighted"
                                           : "";
  return "gradient(" + names + flags + ")";
}

} // namespace genfuse

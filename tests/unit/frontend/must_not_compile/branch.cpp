// expected: choose a value with gf::select\(condition, a, b\), a branch with gf::switch_
#include "frontend/genfuse.h"
namespace gf = genfuse;
auto model = gf::gen("m", [](gf::Real a) {
  if (a > 0)
    return a;
  return 2 * a;
});

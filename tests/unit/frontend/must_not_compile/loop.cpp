// expected: repeat with gf::map over gf::range\(n\) instead of a loop up to a symbolic size
#include "frontend/genfuse.h"
namespace gf = genfuse;
auto model = gf::gen("m", [](gf::Vector v) {
  gf::Real total = 0;
  for (int i = 0; i < v.size(); ++i)
    total += v[i];
  return total;
});

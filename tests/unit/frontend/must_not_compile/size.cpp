// expected: a traced value or symbolic size has no number while the model is traced
#include "frontend/genfuse.h"
namespace gf = genfuse;
auto model = gf::gen("m", [](gf::Vector v) {
  int n = static_cast<int>(v.size());
  return v[n];
});

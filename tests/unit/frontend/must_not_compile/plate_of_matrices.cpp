// expected: a plate collects scalars and vectors of reals or integers
#include "frontend/genfuse.h"
namespace gf = genfuse;
auto model = gf::gen("m", [](gf::Matrix m) {
  gf::map("y", gf::rows(m), [&](gf::Vector) { return m; });
});

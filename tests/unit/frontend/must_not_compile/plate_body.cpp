// expected: the body of a plate takes what its sources yield
#include "frontend/genfuse.h"
namespace gf = genfuse;
auto model = gf::gen("m", [](gf::Matrix m) {
  gf::map("y", gf::rows(m), [](gf::Real x) { return x; });
});

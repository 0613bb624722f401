// expected: the body of a plate returns nothing, one traced value or a distribution
#include "frontend/genfuse.h"
namespace gf = genfuse;
auto model = gf::gen("m", [](gf::IntVector offsets, gf::Vector v) {
  gf::map("y", gf::ragged(offsets, v.size()), [](gf::Row row) { return row; });
});

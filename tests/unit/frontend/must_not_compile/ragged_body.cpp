// expected: gf::ragged a gf::Row
#include "frontend/genfuse.h"
namespace gf = genfuse;
auto model = gf::gen("m", [](gf::IntVector offsets, gf::Vector v) {
  gf::map("y", gf::ragged(offsets, v.size()), [](gf::Vector row) { return row; });
});

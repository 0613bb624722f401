// expected: a model takes traced values
#include "frontend/genfuse.h"
namespace gf = genfuse;
auto model = gf::gen("m", [](gf::Row row) { return row.size(); });

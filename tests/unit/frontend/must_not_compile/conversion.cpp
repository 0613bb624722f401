// expected: invalid operands|no match for
#include "frontend/genfuse.h"
namespace gf = genfuse;
auto model = gf::gen("m", [](gf::Int k, gf::Real x) { return k + x; });

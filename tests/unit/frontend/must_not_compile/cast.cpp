// expected: no matching|no match
#include "frontend/genfuse.h"
namespace gf = genfuse;
auto model = gf::gen("m", [](gf::Int k) { return gf::Real(k); });

// expected: a model returns nothing or one traced value
#include "frontend/genfuse.h"
namespace gf = genfuse;
auto model = gf::gen("m", [](gf::Real) { return 1.0; });

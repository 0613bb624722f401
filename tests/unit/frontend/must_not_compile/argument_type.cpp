// expected: a model takes traced values
#include "frontend/genfuse.h"
namespace gf = genfuse;
auto model = gf::gen("m", [](double x) { return gf::Real(x); });

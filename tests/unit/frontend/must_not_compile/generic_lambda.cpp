// expected: give every parameter of the model's function its type
#include "frontend/genfuse.h"
namespace gf = genfuse;
auto model = gf::gen("m", [](auto x) { return x; });

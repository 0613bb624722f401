// The first model: x ~ normal(a, 1), y ~ normal(2 x, 0.5); returns x + y. Prints its IR.
#include "frontend/genfuse.h"
#include <iostream>

namespace gf = genfuse;

static auto firstModel() {
  return gf::gen("m1", {"a"}, [](gf::Real a) {
    gf::Real x = gf::sample("x", gf::normal(a, 1.0));
    gf::Real y = gf::sample("y", gf::normal(2.0 * x, 0.5));
    return x + y;
  });
}

int main() { std::cout << firstModel().text(); }

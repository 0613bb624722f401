// Models and functions that genfuse_add_model refuses, each by its own message.
#include <genfuse/frontend/genfuse.h>

namespace gf = genfuse;

gf::Model twice() {
  return gf::gen("twice", [] {
    gf::Real x = gf::sample("x", gf::normal(0.0, 1.0));
    gf::sample("x", gf::normal(x, 1.0)); // line 9 takes an address that line 8 has taken
  });
}

gf::Model fine() {
  return gf::gen("fine", [] { gf::sample("x", gf::normal(0.0, 1.0)); });
}

gf::Model of_a_number(int) { return fine(); }

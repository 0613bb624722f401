// Models and functions that genfuse_add_model refuses, each by its own message.
#include <genfuse/frontend/genfuse.h>

namespace gf = genfuse;

// Line 13 takes an address that is taken.
gf::Model twice() {
  return gf::gen("twice", [] {
    gf::Real x = gf::sample("x", gf::normal(0.0, 1.0));
    gf::sample(
        //
        "x", gf::normal(x, 1.0));
  });
}

gf::Model fine() {
  return gf::gen("fine", [] { gf::sample("x", gf::normal(0.0, 1.0)); });
}

gf::Model of_a_number(int) { return fine(); }

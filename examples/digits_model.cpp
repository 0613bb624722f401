#include "digits_model.h"

namespace gf = genfuse;

gf::Function<gf::Int(gf::Vector)> digitModel() {
  // One image: traced once into the IR; nothing here runs per example.
  return gf::gen("digit", {"x"}, [](gf::Vector x) {
    auto W = gf::param("W", {10, x.size()}, 0.0);
    auto b = gf::param("b", {10}, 0.0);
    return gf::sample("y", gf::categorical(gf::logits = gf::matvec(W, x) + b));
  });
}

gf::Function<gf::IntVector(gf::Matrix)> digitsModel() {
  return gf::gen("digits", {"xs"},
                 [](gf::Matrix xs) { return gf::map("image", digitModel(), gf::rows(xs)); });
}

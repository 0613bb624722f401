// The README's example, so that it stays true: three images, their log density and gradients.
#include "codegen/Trace.h"
#include "frontend/genfuse.h"
#include <cstdio>
namespace gf = genfuse;

int main() {
  // One image: traced once into the IR; nothing here runs per example.
  auto digit = gf::gen("digit", {"x"}, [](gf::Vector x) {
    auto W = gf::param("W", {10, x.size()});
    auto b = gf::param("b", {10});
    return gf::sample("y", gf::categorical(gf::logits = gf::matvec(W, x) + b));
  });
  // A plate over any number of images: addresses image/0/y, image/1/y, ...
  auto digits =
      gf::gen("digits", {"xs"}, [&](gf::Matrix xs) { return gf::map("image", digit, gf::rows(xs)); });

  gf::Program program(digits, {.real = gf::Precision::f32});
  gf::Inputs inputs;
  inputs.arguments["xs"] = gf::Array::from<float>({0, 1, 1, 0, 1, 1}, {3, 2}); // three images of two pixels
  inputs.parameters = program.initialParameters(inputs.arguments);
  inputs.choices.set("image/*/y", std::vector<int64_t>{3, 7, 3});
  gf::Trace trace = program.generate(inputs);     // every choice is given: weight = score
  gf::Outcome gradients = trace.gradient("W, b"); // log density and gradients in one sweep over xs

  std::printf("log density %.5f, gradient of b[3] %.5f\n", trace.score().at({}),
              gradients.parameterGradients.at("digit/b").at({3}));
}

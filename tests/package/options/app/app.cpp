// Log densities of x = 1 for some a: by the shared library, by the same one opened by its manifest, by the
// static one.
#include <cstdio>
#include <genfuse/runtime/Error.h>
#include <genfuse/runtime/embed/Library.h>
#include <many.hpp>
#include <one.hpp>

static void check(const genfuse::embed::Status &status) {
  if (!status)
    std::printf("error: %s\n", status.message());
}

int main(int, char **arguments) {
  genfuse::embed::Workspace memory;
  const double a[3] = {0, 1, 2}, x = 1, xs[3] = {1, 1, 1};
  double score, scores[3], slopes[3];

  one::score single;
  single.a = a[0], single.x = x, single.score_2 = score;
  check(call(single, memory));
  std::printf("one %.6f on %s\n", score, one_cpu_level());

  many::score each;
  each.a = {a, {3}}, each.x = {xs, {3}}, each.score_2 = {scores, {3}};
  check(call(each, memory, {.instances = 3}));
  std::printf("many %.6f %.6f %.6f\n", scores[0], scores[1], scores[2]);

  many::shared_x slope;
  slope.a = {a, {3}}, slope.x = x, slope.score = {scores, {3}}, slope.a_gradient = {slopes, {3}};
  check(call(slope, memory, {.instances = 3}));
  std::printf("slopes %.6f %.6f %.6f\n", slopes[0], slopes[1], slopes[2]);

  const double nothing = __builtin_nan("");
  single.x = nothing;
  check(call(single, memory));

  try {
    const auto library = genfuse::embed::Library::open(arguments[1]);
    std::printf("opened %s of %s\n", library.manifest().operations.at(0).request.c_str(),
                library.manifest().model.c_str());
    library.kernel("simulate()");
  } catch (const genfuse::Error &error) {
    std::printf("error: %s\n", error.what());
  }
}

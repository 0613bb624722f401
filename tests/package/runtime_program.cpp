// A program that needs the runtime component only: arrays, choice maps, errors, the version.
#include <cstdio>
#include <genfuse/runtime/Array.h>
#include <genfuse/runtime/CallPool.h>
#include <genfuse/runtime/ChoiceMap.h>
#include <genfuse/runtime/DLPack.h>
#include <genfuse/runtime/Error.h>
#include <genfuse/runtime/Executor.h>
#include <genfuse/runtime/Selection.h>
#include <genfuse/runtime/abi.h>
#include <genfuse/version.h>

static_assert(GENFUSE_ABI_VERSION == GF_ABI_VERSION);

int main() {
  const genfuse::Array numbers = genfuse::Array::from<double>({1, 2, 3, 4}, {2, 2});
  genfuse::ChoiceMap choices;
  choices.set("y/*", std::vector<float>{0.5f, 1.5f});
  try {
    numbers.values<float>();
    return 1;
  } catch (const genfuse::Error &error) {
    std::printf("genfuse %s, element %g; %s\n", GENFUSE_VERSION, numbers.at({1, 0}), error.what());
  }
}

// What ptxas makes of CUDA texts, as the tests of a build leave them behind:
//   genfuse_cuda_survey 90 build/release/tests/cuda_host/compiled/*.cu
// prints texts that do not compile and kernels with spills or a stack frame; exit code 1 if there is any.
#include "codegen/cuda/Nvrtc.h"
#include "runtime/Error.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace {

struct Totals {
  int texts = 0, kernels = 0, refused = 0, spilling = 0, registers = 0;
  double milliseconds = 0;
};

void survey(const char *path, int architecture, Totals &totals) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  ++totals.texts;
  try {
    const genfuse::cuda::DeviceCode code = genfuse::cuda::compileText(text.str(), path, architecture);
    totals.milliseconds += code.milliseconds;
    for (const genfuse::cuda::KernelFacts &kernel : code.kernels) {
      ++totals.kernels;
      totals.registers = std::max(totals.registers, kernel.registers);
      if (kernel.stack == 0 && kernel.spill_stores == 0 && kernel.spill_loads == 0)
        continue;
      ++totals.spilling;
      std::printf("%s: %s: %d registers, stack of %d bytes, spills of %d and %d bytes\n", path,
                  kernel.name.c_str(), kernel.registers, kernel.stack, kernel.spill_stores,
                  kernel.spill_loads);
    }
  } catch (const genfuse::Error &error) {
    ++totals.refused;
    std::printf("%s\n", error.what());
  }
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 3 || std::atoi(argv[1]) <= 0) {
    std::fprintf(stderr, "usage: genfuse_cuda_survey ARCHITECTURE TEXT...\n");
    return 2;
  }
  Totals totals;
  for (int i = 2; i < argc; ++i)
    survey(argv[i], std::atoi(argv[1]), totals);
  std::printf("%d texts in %.0f ms, %d refused; %d kernels of at most %d registers, %d with spills or a "
              "stack frame\n",
              totals.texts, totals.milliseconds, totals.refused, totals.kernels, totals.registers,
              totals.spilling);
  return totals.refused + totals.spilling == 0 ? 0 : 1;
}

// The output of `ptxas -v`: a line "Compiling entry function 'NAME' ...", then lines with numbers before
// their units.
#include "Nvrtc.h"
#include <algorithm>
#include <cctype>

namespace genfuse::cuda {
namespace {

/// The number before `unit` in a line, 0 without one.
int before(std::string_view line, std::string_view unit) {
  std::size_t at = line.find(unit);
  if (at == std::string_view::npos)
    return 0;
  std::size_t first = at;
  while (first > 0 && std::isdigit(static_cast<unsigned char>(line[first - 1])))
    --first;
  return first == at ? 0 : std::stoi(std::string(line.substr(first, at - first)));
}

void add(KernelFacts &kernel, std::string_view line) {
  kernel.stack = std::max(kernel.stack, before(line, " bytes stack frame"));
  kernel.spill_stores += before(line, " bytes spill stores");
  kernel.spill_loads += before(line, " bytes spill loads");
  kernel.registers = std::max(kernel.registers, before(line, " registers"));
  kernel.shared = std::max(kernel.shared, before(line, " bytes smem"));
}

} // namespace

std::vector<KernelFacts> readPtxasLog(std::string_view log) {
  constexpr std::string_view mark = "Compiling entry function '";
  std::vector<KernelFacts> kernels;
  while (!log.empty()) {
    std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(log.size(), line.size() + 1));
    if (std::size_t at = line.find(mark); at != std::string_view::npos) {
      line.remove_prefix(at + mark.size());
      kernels.push_back({std::string(line.substr(0, line.find('\'')))});
    } else if (!kernels.empty()) {
      add(kernels.back(), line);
    }
  }
  std::sort(kernels.begin(), kernels.end(),
            [](const KernelFacts &a, const KernelFacts &b) { return a.name < b.name; });
  return kernels;
}

} // namespace genfuse::cuda

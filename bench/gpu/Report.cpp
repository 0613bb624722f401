#include "Report.h"
#include <cstdarg>
#include <cstdio>

namespace genfuse::gpu {
namespace {

__attribute__((format(printf, 1, 2))) std::string format(const char *pattern, ...) {
  char text[512];
  va_list values;
  va_start(values, pattern);
  std::vsnprintf(text, sizeof text, pattern, values);
  va_end(values);
  return text;
}

std::string row(const Outcome &outcome) {
  if (!outcome.error.empty())
    return "| " + outcome.name + " | not run | | | | |\n";
  int64_t different = 0;
  for (const Difference &difference : outcome.differences)
    different += difference.count;
  return "| " + outcome.name +
         format(" | %s | %lld of %lld | %.1e | %.1f | %.1f |\n", outcome.equal() ? "yes" : "**no**",
                static_cast<long long>(different), static_cast<long long>(outcome.compared), outcome.fromCpu,
                outcome.microseconds,
                outcome.microseconds > 0 ? outcome.bytes / outcome.microseconds * 1e-3 : 0.0);
}

std::string problems(const Outcome &outcome) {
  if (!outcome.error.empty())
    return "- " + outcome.name + ": " + outcome.error + "\n";
  std::string text;
  for (const Difference &each : outcome.differences)
    text += "- " + outcome.name + ": '" + each.array +
            format("': %lld of %lld values differ, the first is number %lld: expected %s, got %s\n",
                   static_cast<long long>(each.count), static_cast<long long>(each.of),
                   static_cast<long long>(each.first), each.expected.c_str(), each.got.c_str());
  return text;
}

} // namespace

std::string describe(const Device &device) {
  return device.name + format(", compute capability %d.%d, %.1f GiB; driver for CUDA %s",
                              device.capability / 10, device.capability % 10,
                              static_cast<double>(device.memory) / (1024.0 * 1024.0 * 1024.0),
                              device.driver.c_str());
}

std::string report(const Device &device, const std::vector<Outcome> &outcomes, int repeats) {
  std::string rows, wrong, entries;
  size_t equal = 0;
  for (const Outcome &outcome : outcomes) {
    rows += row(outcome);
    wrong += problems(outcome);
    if (!outcome.what.empty())
      entries += "- " + outcome.name + ": " + outcome.what + "\n";
    equal += outcome.equal();
  }
  std::string text = "# A run of the bundle\n\n";
  text += "Device: " + describe(device) + ".\n";
  text += format("%zu of %zu entries are equal to the bit to the emulated device's results.\n\n", equal,
                 outcomes.size());
  text += "| entry | bits equal | values that differ | from the CPU | microseconds | GB/s |\n"
          "| --- | --- | --- | --- | --- | --- |\n" +
          rows;
  text += format(
      "\nFrom the CPU: the largest difference from the CPU's outputs, relative to the largest magnitude "
      "in its array.\nMicroseconds: of all launches of the call, median of %d. GB/s: bytes of the arrays "
      "that they are given,\neach once, over that time.\n",
      repeats);
  if (!wrong.empty())
    text += "\n## Differences\n\n" + wrong;
  return text + "\n## Entries\n\n" + entries;
}

} // namespace genfuse::gpu

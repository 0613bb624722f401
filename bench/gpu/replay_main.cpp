// Replays the records of a bundle on the device of this machine: DIR/run. Exit status 0: all results are
// equal to the bit; 1: some are not; 2: nothing could be run.
#include "Report.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace genfuse::gpu {
namespace {
namespace fs = std::filesystem;

constexpr int all_equal = 0, some_differ = 1, cannot_run = 2;

/// The folders of records, by name.
std::vector<fs::path> recordsIn(const fs::path &folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const fs::directory_entry &each : fs::directory_iterator(folder, error))
    if (fs::exists(each.path() / record_file))
      found.push_back(each.path());
  if (found.empty())
    throw std::runtime_error("expected records in '" + folder.string() + "', got none");
  std::sort(found.begin(), found.end());
  return found;
}

int run(const fs::path &folder, int repeats) {
  const std::vector<fs::path> records = recordsIn(folder);
  Device device;
  std::vector<Outcome> outcomes;
  for (const fs::path &each : records) {
    std::fprintf(stderr, "%s\n", each.filename().c_str());
    outcomes.push_back(replay(each, repeats, device));
  }
  std::fputs(report(device, outcomes, repeats).c_str(), stdout);
  return std::all_of(outcomes.begin(), outcomes.end(), [](const Outcome &each) { return each.equal(); })
             ? all_equal
             : some_differ;
}

int fail(const std::exception &error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return cannot_run;
}

/// Whether records can be replayed here.
int describeDevice() {
  try {
    std::puts(describe(Device()).c_str());
    return 0;
  } catch (const std::exception &error) {
    return fail(error);
  }
}

} // namespace
} // namespace genfuse::gpu

int main(int count, char **arguments) {
  if (count == 2 && std::strcmp(arguments[1], "--device") == 0)
    return genfuse::gpu::describeDevice();
  char *end = nullptr;
  const bool given = count == 4 && std::strcmp(arguments[2], "--repeats") == 0;
  const long repeats = given ? std::strtol(arguments[3], &end, 10) : 20;
  if ((count != 2 && !given) || (given && (end == arguments[3] || *end)) || repeats < 0 || repeats > 100000) {
    std::fprintf(stderr, "usage: replay RECORDS [--repeats N] | --device\n");
    return genfuse::gpu::cannot_run;
  }
  try {
    return genfuse::gpu::run(arguments[1], static_cast<int>(repeats));
  } catch (const std::exception &error) {
    return genfuse::gpu::fail(error);
  }
}

// Speed of generated kernels beside kernels by hand and eager LibTorch. Answers are checked before anything
// is measured; exit code 1 if one is wrong.
#include "bench/speed/FirstResult.h"
#include "bench/speed/Report.h"
#include "runtime/Error.h"
#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <fstream>

using namespace genfuse;
using namespace genfuse::bench;

namespace {

const std::map<std::string, Suite (*)(const Settings &)> workloads = {
    {"W1", importanceSampling}, {"W2", hmc}, {"W3", logistic}, {"W4", softmax}, {"W7", particleFilter}};

struct Options {
  std::vector<std::string> workloads;
  std::vector<int64_t> threads = {1, 2};
  std::string json, firstResult;
  bool check = false, small = false, noTorch = false;
  int repetitions = 11;
  double seconds = 0.02;
};

void add(CLI::App &app, Options &options) {
  app.add_option("--workloads", options.workloads, "W1, W2 (with W2b), W3, W4, W7; all by default")
      ->delimiter(',')
      ->check(CLI::IsMember(workloads));
  app.add_option("--threads", options.threads, "numbers of threads")->delimiter(',')->check(CLI::Range(1, 2));
  app.add_option("--json", options.json, "file for checks and times");
  app.add_flag("--check", options.check, "compare results at small sizes, measure nothing");
  app.add_flag("--small", options.small, "measure at small sizes");
  app.add_flag("--no-torch", options.noTorch, "leave LibTorch out");
  app.add_option("--first-result", options.firstResult,
                 "W1 or W2: print the milliseconds from the traced model to its first result, nothing else")
      ->check(CLI::IsMember({"W1", "W2"}));
  app.add_option("--repetitions", options.repetitions, "of each side, interleaved; the least time counts")
      ->check(CLI::Range(2, 1000));
  app.add_option("--seconds", options.seconds, "least length of a repetition")->check(CLI::PositiveNumber);
}

void write(const std::string &path, const std::string &text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush())
    throw Error("cannot write the file '" + path + "'");
}

std::vector<Row> measureAll(const Suite &suite, const Options &options) {
  std::vector<Row> rows;
  for (const Case &work : suite.cases) {
    rows.push_back({work, measure(work, options.repetitions, options.seconds)});
    fmt::print("{}\n", line(rows.back()));
    std::fflush(stdout);
  }
  return rows;
}

int run(const Options &options) {
  std::vector<Check> checks;
  std::vector<Row> rows;
  const Settings settings{options.threads, options.check || options.small, !options.noTorch};
  bool good = true;
  for (const auto &[name, make] : workloads) {
    if (!options.workloads.empty() &&
        std::count(options.workloads.begin(), options.workloads.end(), name) == 0)
      continue;
    const Suite suite = make(settings);
    for (const Check &check : suite.checks) {
      fmt::print("{}\n", line(check));
      good = good && check.passed();
    }
    checks.insert(checks.end(), suite.checks.begin(), suite.checks.end());
    if (options.check || !good)
      continue;
    fmt::print("\n{}\n", header());
    for (Row &row : measureAll(suite, options))
      rows.push_back(std::move(row));
    fmt::print("\n");
  }
  if (!options.json.empty())
    write(options.json, asJson(checks, rows));
  return good ? 0 : 1;
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app("Milliseconds of generated kernels, of kernels by hand (limit) and of eager LibTorch");
  Options options;
  add(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    if (!options.firstResult.empty()) {
      fmt::print("{:.1f}\n", firstResultMilliseconds(options.firstResult));
      return 0;
    }
    initialiseMeasurements();
    return run(options);
  } catch (const std::exception &error) {
    fmt::print(stderr, "genfuse_speed_bench: {}\n", error.what());
    return 1;
  }
}

#include "bench/speed/Measure.h"
#include "runtime/Error.h"
#include <benchmark/benchmark.h>

namespace genfuse::bench {

namespace {

/// Keeps the least time of each benchmark, and prints nothing. All work of one thread is done by the thread
/// that measures: its CPU time counts, which other work on the machine disturbs less.
struct Least : benchmark::BenchmarkReporter {
  explicit Least(int64_t threads) : threads(threads) {}
  const int64_t threads;
  std::map<std::string, double> milliseconds;

  bool ReportContext(const Context &) override { return true; }
  void ReportRuns(const std::vector<Run> &runs) override {
    for (const Run &run : runs) {
      if (run.run_type != Run::RT_Iteration)
        continue;
      const double time = threads == 1 ? run.GetAdjustedCPUTime() : run.GetAdjustedRealTime();
      auto known = milliseconds.try_emplace(run.run_name.function_name, time).first;
      known->second = std::min(known->second, time);
    }
  }
};

void runSide(benchmark::State &state, const Side &side) {
  side.run();
  for (auto _ : state)
    side.run();
}

} // namespace

void initialiseMeasurements() {
  static char program[] = "genfuse_speed_bench", interleave[] = "--benchmark_enable_random_interleaving=true";
  static char *arguments[] = {program, interleave, nullptr};
  int count = 2;
  benchmark::Initialize(&count, arguments);
}

Times measure(const Case &work, int repetitions, double seconds) {
  benchmark::ClearRegisteredBenchmarks();
  for (const Side &side : work.sides)
    benchmark::RegisterBenchmark(side.name.c_str(), runSide, side)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime()
        ->MinTime(seconds)
        ->Repetitions(repetitions);
  Least least(work.threads);
  benchmark::RunSpecifiedBenchmarks(&least, std::string("all"));
  Times times;
  for (const Side &side : work.sides) {
    auto found = least.milliseconds.find(side.name);
    if (found == least.milliseconds.end())
      throw Error(work.name() + ": '" + side.name + "' was not measured");
    times[side.name] = found->second / static_cast<double>(side.units);
  }
  return times;
}

} // namespace genfuse::bench

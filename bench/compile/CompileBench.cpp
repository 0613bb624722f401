// Time from a C++ function to the first result, by phases: in a new process (cold) and in one that has
// compiled before (warm), with and without an object cache. First: results are equal to the bit with and
// without it.
#include "bench/compile/Workloads.h"
#include "runtime/Error.h"
#include <benchmark/benchmark.h>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <unistd.h>

using namespace genfuse;
using namespace genfuse::bench;

namespace {

constexpr const char *const childsFlag = "--first-result";
constexpr double coldBar = 200, warmBar = 100; ///< milliseconds: the project's bars

/// A folder for the object cache, gone at the end.
struct Folder {
  Folder() : path(std::filesystem::temp_directory_path() / fmt::format("genfuse_bench_{}", getpid())) {}
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

/// What a benchmark repeats: one first result.
struct Way {
  std::string name;
  bool cold = false, cached = false;
};

const Way ways[] = {
    {"cold", true, false}, {"warm"}, {"cold, cached", true, true}, {"warm, cached", false, true}};

/// The phases that a child process printed, one a line.
std::map<std::string, double> runChild(const Workload &workload, const std::string &folder) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command = fmt::format("'{}' {} {} '{}'", self, childsFlag, workload.name, folder);
  FILE *child = popen(command.c_str(), "r");
  if (!child)
    throw Error("cannot start '" + command + "'");
  std::map<std::string, double> times;
  char name[32];
  double value = 0;
  while (std::fscanf(child, " %31[^:]: %lf", name, &value) == 2)
    times[name] = value;
  if (pclose(child) != 0 || !times.count("all"))
    throw Error("expected the times of '" + command + "', got none");
  return times;
}

std::map<std::string, double> measureOnce(const Way &way, const Workload &workload,
                                          const std::string &folder) {
  const std::string cache = way.cached ? folder : "";
  if (way.cold)
    return runChild(workload, cache);
  const Times times = firstResult(workload, cache);
  if (times.fromCache != way.cached)
    throw Error(workload.name + ": expected a kernel " + (way.cached ? "from the cache" : "compiled anew"));
  auto list = named(times);
  return {list.begin(), list.end()};
}

using Table = std::map<std::string, std::map<std::string, double>>;

/// The phases of the least total of each benchmark are kept for the table.
void measure(benchmark::State &state, const Way &way, const Workload &workload, const std::string &folder,
             Table &table) {
  firstResult(workload, way.cached ? folder : ""); // fills the cache, and makes this process warm
  for (auto _ : state) {
    const std::map<std::string, double> times = measureOnce(way, workload, folder);
    state.SetIterationTime(times.at("all") / 1000);
    std::map<std::string, double> &least = table[workload.name + " " + way.name];
    if (least.empty() || times.at("all") < least.at("all"))
      least = times;
  }
}

void expectSame(const std::string &name, const Array &left, const Array &right) {
  if (left.defined() != right.defined() || (left.defined() && !(left == right)))
    throw Error(name + ": the object cache changes results");
}

void check(const Workload &workload, const std::string &folder) {
  Outcome plain, stored, found;
  firstResult(workload, "", &plain);
  firstResult(workload, folder, &stored);
  if (!firstResult(workload, folder, &found).fromCache)
    throw Error(workload.name + ": expected a kernel from the cache");
  for (const Outcome *other : {&stored, &found}) {
    expectSame(workload.name, plain.score, other->score);
    expectSame(workload.name, plain.weight, other->weight);
    for (const auto &[leaf, array] : plain.choices)
      expectSame(workload.name, array, other->choices.at(leaf));
    for (const auto &[leaf, array] : plain.choiceGradients)
      expectSame(workload.name, array, other->choiceGradients.at(leaf));
    for (const auto &[name, array] : plain.results)
      expectSame(workload.name, array, other->results.at(name));
  }
}

void print(const Table &table) {
  fmt::print("\nmilliseconds of the fastest run\n{:<14}", "");
  for (const auto &[column, times] : table)
    fmt::print("{:>24}", column);
  for (const auto &[phase, unused] : named(Times{})) {
    fmt::print("\n{:<14}", phase);
    for (const auto &[column, times] : table)
      fmt::print("{:>24.2f}", times.at(phase));
  }
  fmt::print("\n");
  for (const auto &[column, times] : table)
    if (column.find("cached") == std::string::npos) {
      const double bar = column.find("cold") != std::string::npos ? coldBar : warmBar;
      fmt::print("{}: {:.0f} ms, bar {:.0f} ms: {}\n", column, times.at("all"), bar,
                 times.at("all") <= bar ? "met" : "not met");
    }
}

/// Larger data and batches: the work of the compiler is the same.
Workload enlarged(Workload workload) {
  workload.name += "x100";
  workload.points *= 100;
  workload.instances *= workload.instances > 1 ? 100 : 1;
  return workload;
}

void printSizes(const Table &table, const Table &larger) {
  auto compiling = [](const std::map<std::string, double> &times) {
    return times.at("all") - times.at("first run");
  };
  for (const Workload &workload : workloads()) {
    const auto usual = table.find(workload.name + " warm"),
               many = larger.find(enlarged(workload).name + " warm");
    if (usual != table.end() && many != larger.end())
      fmt::print("{}: 100 times the data take {:.2f} times as long to compile\n", workload.name,
                 compiling(many->second) / compiling(usual->second));
  }
}

int child(const std::string &name, const std::string &folder) {
  for (const Workload &workload : workloads())
    if (workload.name == name)
      for (const auto &[phase, milliseconds] : named(firstResult(workload, folder)))
        fmt::print("{}: {}\n", phase, milliseconds);
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  if (argc == 4 && std::string(argv[1]) == childsFlag)
    return child(argv[2], argv[3]);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  try {
    Folder folder;
    Table table, larger;
    auto add = [&](const Way &way, const Workload &workload, Table &into) {
      benchmark::RegisterBenchmark((workload.name + "/" + way.name).c_str(), measure, way, workload,
                                   folder.path.string(), std::ref(into))
          ->Unit(benchmark::kMillisecond)
          ->UseManualTime()
          ->MinTime(1);
    };
    for (const Workload &workload : workloads()) {
      check(workload, folder.path.string());
      for (const Way &way : ways)
        add(way, workload, table);
      add(ways[1], enlarged(workload), larger);
    }
    benchmark::RunSpecifiedBenchmarks();
    print(table);
    printSizes(table, larger);
  } catch (const std::exception &error) {
    fmt::print(stderr, "genfuse_bench_compile: {}\n", error.what());
    return 1;
  }
}

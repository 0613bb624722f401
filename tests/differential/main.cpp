// Random models through the compiler and through the reference interpreter: docs/testing.md.
#include "frontend/ModelImpl.h"
#include "tests/differential/Generator.h"
#include "tests/differential/Isolated.h"
#include "tests/differential/Shrink.h"
#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>

using namespace genfuse;
using namespace genfuse::differential;

namespace {

struct Options {
  uint64_t seed = 1;
  int models = 100;
  int experiments = 2;
  double ragged = Extent().ragged;
  double seconds = 0;
  int attempts = 600;
  bool print = false;
  bool keepGoing = false;
  int64_t cuda = 0, gemmSize = 0;
};

/// Prints the smallest failing experiment; the seed repeats the run.
void report(const Options &options, uint64_t seed, const Experiment &failing, const Failure &failure) {
  std::cout << "seed " << seed << " failed: " << failure.kind << ": " << failure.text << "\n"
            << failing.describe() << "shrinking ..." << std::endl;
  Experiment smallest = failing;
  if (options.attempts > 0)
    smallest = shrink(
        failing, failure, [](const Experiment &e) { return isolated([&] { return check(e); }); },
        options.attempts);
  std::optional<Failure> last = isolated([&] { return check(smallest); });
  std::cout << "\nsmallest:\n"
            << smallest.describe() << (last ? last->kind + ": " + last->text : "it did not fail again")
            << "\nto repeat: --seed " << seed << " --models 1 --experiments " << options.experiments
            << " --ragged " << options.ragged
            << (options.gemmSize ? " --gemm-size " + std::to_string(options.gemmSize) : "") << std::endl;
}

/// What the GEMM library may be asked for: one instance of a model that multiplies by a matrix.
void keepProducts(std::vector<Experiment> &experiments) {
  std::erase_if(experiments,
                [](const Experiment &e) { return e.plan.text().find("\"ij,") == std::string::npos; });
  for (Experiment &e : experiments) {
    e.mapping = Mapping::single;
    e.instances = 0;
    e.batched.clear();
  }
}

/// The first failure on one model, if any: a child checks all experiments and names the one that failed.
bool passes(const Options &options, uint64_t seed) {
  Random random(seed);
  Plan plan = generate(random, {.ragged = options.ragged});
  std::vector<Experiment> experiments = experimentsOn(plan, random, options.experiments);
  if (options.gemmSize > 0)
    keepProducts(experiments);
  if (options.print)
    for (const Experiment &e : experiments)
      std::cout << e.describe();
  auto all = [&]() -> std::optional<Failure> {
    for (const Experiment &e : experiments)
      if (std::optional<Failure> failure = check(e))
        return failure;
    return std::nullopt;
  };
  if (!isolated(all, 120))
    return true;
  for (const Experiment &e : experiments)
    if (std::optional<Failure> failure = isolated([&] { return check(e); })) {
      report(options, seed, e, *failure);
      return false;
    }
  std::cout << "seed " << seed << " failed, but none of its experiments alone" << std::endl;
  return false;
}

int run(const Options &options) {
  if (options.cuda > 0)
    useCudaText(options.cuda);
  if (options.gemmSize > 0)
    handProductsOver(options.gemmSize);
  // Children are copies of this process: it must have no other threads.
  sharedContext()->disableMultithreading();
  auto start = std::chrono::steady_clock::now();
  auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  int models = 0, failures = 0;
  for (uint64_t seed = options.seed;
       options.seconds > 0 ? elapsed() < options.seconds : models < options.models; ++seed) {
    ++models;
    if (!passes(options, seed) && (++failures, !options.keepGoing))
      break;
  }
  std::cout << models << " models, " << models * options.experiments << " experiments, " << failures
            << " failures, " << elapsed() << " s" << std::endl;
  return failures ? 1 : 0;
}

} // namespace

int main(int argc, char **argv) {
  Options options;
  CLI::App app{"Compares random models with the reference interpreter."};
  app.add_option("--seed", options.seed, "of the first model")->capture_default_str();
  app.add_option("--models", options.models, "how many")->capture_default_str();
  app.add_option("--experiments", options.experiments, "on each model")->capture_default_str();
  app.add_option("--ragged", options.ragged, "probability of rows of different lengths")
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "how long, instead of how many");
  app.add_option("--attempts", options.attempts, "checks that shrinking may take")->capture_default_str();
  app.add_option("--cuda", options.cuda,
                 "run CUDA text on the emulated device, in groups of so many threads");
  app.add_option("--gemm-size", options.gemmSize,
                 "hand products with matrices of so many rows to the GEMM library");
  app.add_flag("--print", options.print, "every experiment");
  app.add_flag("--keep-going", options.keepGoing, "after a failure");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception &error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}

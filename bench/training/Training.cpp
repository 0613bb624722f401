#include "bench/training/Training.h"
#include "bench/training/Measures.h"
#include "runtime/Error.h"
#include <algorithm>
#include <chrono>
#include <functional>

namespace genfuse::bench {

namespace {

double now() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

using Factory = std::unique_ptr<Side> (*)(const Task &, const Parameters &);
constexpr std::pair<char, Factory> factories[] = {{'a', makeTorchPerImage},    {'b', makeTorchVectorised},
                                                  {'c', makeGenfusePerImage},  {'d', makeGenfuseBatched},
                                                  {'e', makeGenfuseByHand},    {'f', makeLinearInFront},
                                                  {'g', makeAdamOnParameters}, {'h', makeTorchAdam}};

struct Runner {
  std::unique_ptr<Side> side;
  Run run;
  int64_t done = 0;
};

std::vector<Runner> makeRunners(const Task &task, const Settings &settings) {
  Parameters zeros{std::vector<float>(classes * task.images->pixels), std::vector<float>(classes)};
  std::vector<Runner> runners;
  for (auto [letter, make] : factories) {
    if (settings.rows.find(letter) == std::string::npos)
      continue;
    Runner runner;
    runner.side = make(task, zeros);
    runner.run.letter = letter;
    runner.run.name = runner.side->name();
    runner.run.optimiser = runner.side->optimiserKind();
    runner.run.iterations = letter == 'a' ? settings.perImageIterations : settings.iterations;
    runner.run.compileMilliseconds = runner.side->compileMilliseconds();
    runners.push_back(std::move(runner));
  }
  return runners;
}

/// Up to `count` iterations of one side, one measured block. A block ends where the early parameters are
/// taken. The first block is the warm-up: it trains, but its time does not count (unless there is no other).
void runBlock(Runner &runner, int64_t count, const Settings &settings, int64_t batches) {
  int64_t end = std::min(runner.done + count, runner.run.iterations);
  if (runner.done < settings.perImageIterations)
    end = std::min(end, settings.perImageIterations);
  if (runner.done >= end)
    return;
  int64_t start = runner.done;
  double objective = 0, before = now();
  for (; runner.done < end; ++runner.done)
    objective = runner.side->step(runner.done % batches * settings.batch);
  double milliseconds = (now() - before) / static_cast<double>(end - start);
  if (start > 0 || end == runner.run.iterations)
    runner.run.blockMilliseconds.push_back(milliseconds);
  runner.run.objective.emplace_back(runner.done, objective);
  if (runner.done == settings.perImageIterations)
    runner.run.early = runner.side->parameters();
}

} // namespace

Results train(const Images &images, const Settings &settings, const std::function<void(double)> &progress) {
  int64_t batches = images.count() / settings.batch;
  if (batches == 0)
    throw Error("expected at least " + std::to_string(settings.batch) + " training images, one batch, got " +
                std::to_string(images.count()));
  std::vector<Runner> runners =
      makeRunners({&images, settings.batch, settings.step, settings.adamStep}, settings);
  std::vector<Runner *> order;
  for (Runner &runner : runners)
    order.push_back(&runner);
  int64_t block = std::max<int64_t>(1, settings.iterations / 100);
  for (int64_t at = 0, end = settings.iterations + block; at < end; at += block) {
    // Whoever comes later finds the images of the block in the cache: each side is first in turn.
    std::rotate(order.begin(), order.begin() + 1, order.end());
    for (Runner *next : order) {
      Runner &runner = *next;
      runBlock(runner, runner.run.letter == 'a' ? 1 : block, settings, batches);
    }
    progress(std::min(1.0, static_cast<double>(at) / static_cast<double>(settings.iterations)));
  }
  Results results;
  results.earlyIteration = settings.perImageIterations;
  for (Runner &runner : runners) {
    while (runner.done < runner.run.iterations)
      runBlock(runner, block, settings, batches);
    runner.run.final = runner.side->parameters();
    runner.run.logLikelihood = evaluate(images, runner.run.final).logLikelihood;
    results.runs.push_back(std::move(runner.run));
  }
  progress(1.0);
  return results;
}

} // namespace genfuse::bench

// Two threads draw readings, move mu and ask for the slope in mu, each with its own plain arrays.
#include <cstdio>
#include <cstdlib>
#include <kernels.hpp>
#include <thread>

struct Run {
  double mu, y[3], moved = 0.25, weight, change, score, slope;
};

static void check(const genfuse::embed::Status &status) {
  if (!status) {
    std::fprintf(stderr, "%s\n", status.message());
    std::exit(1);
  }
}

static void work(uint64_t seed, Run &run) {
  const double s[3] = {0.5, 1, 2};
  genfuse::embed::Workspace memory;
  kernels::simulate draw;
  draw.s = {s, {3}}, draw.mu = run.mu, draw.y = {run.y, {3}}, draw.score = run.score;
  check(call(draw, memory, {.seed = seed}));
  kernels::move move;
  move.s = {s, {3}}, move.mu = run.mu, move.y = {run.y, {3}}, move.mu_new = run.moved;
  move.weight = run.weight, move.score_change = run.change;
  check(call(move, memory));
  kernels::slope slope;
  slope.s = {s, {3}}, slope.mu = run.moved, slope.y = {run.y, {3}};
  slope.score = run.score, slope.mu_gradient = run.slope;
  check(call(slope, memory));
}

int main() {
  Run runs[2];
  std::thread other(work, 1, std::ref(runs[1]));
  work(0, runs[0]);
  other.join();
  for (const Run &run : runs)
    std::printf("mu %.17g y %.17g %.17g %.17g weight %.17g score %.17g slope %.17g\n", run.mu, run.y[0],
                run.y[1], run.y[2], run.weight, run.score, run.slope);
}

#include "bench/compile/Workloads.h"
#include "bench/speed/Models.h"
#include "frontend/genfuse.h"
#include <ctime>

namespace genfuse::bench {

namespace {

Model polynomial() {
  return gen("polynomial", {"xs"}, [](Vector xs) {
    auto a = sample("a", normal(0.0, 1.0));
    auto b = sample("b", normal(0.0, 1.0));
    auto c = sample("c", normal(0.0, 1.0));
    map(
        "y", [&](Real x) { return sample("", normal(a + b * x + c * x * x, 0.05)); }, elements(xs));
    return a;
  });
}

bool isChain(const Workload &workload) { return workload.request == "run()"; }

Inputs inputsOf(const Workload &workload) {
  Array xs = Array::zeros(ElementType::f32, {workload.points}), y = xs.copy();
  for (int64_t i = 0; i < workload.points; ++i) {
    const float x = 2 * static_cast<float>(i) / static_cast<float>(workload.points) - 1;
    xs.values<float>()[i] = x;
    y.values<float>()[i] = 0.5f - x + 0.25f * x * x;
  }
  Inputs inputs;
  inputs.arguments["xs"] = xs;
  if (isChain(workload))
    inputs.arguments["ys"] = y;
  else
    inputs.choices.set("y/*", ChoiceValue(y));
  if (workload.request.rfind("gradient", 0) == 0)
    for (const char *name : {"a", "b", "c"})
      inputs.choices.set(name, 0.25);
  return inputs;
}

} // namespace

std::vector<Workload> workloads() {
  return {
      {"W1", "generate(y/*)", 50, 1000}, {"W2", "run()", 50, 1}, {"gradient", "gradient(a, b, c)", 50, 1}};
}

std::vector<std::pair<std::string, double>> named(const Times &times) {
  const CompilePhases &phases = times.phases;
  return {{"trace", times.trace},
          {"program", times.program},
          {"passes", phases.passes},
          {"cache", phases.cache},
          {"llvm dialect", phases.llvmDialect},
          {"translate", phases.translate},
          {"LLVM passes", phases.optimise},
          {"machine code", phases.emit},
          {"load", phases.load},
          {"other", times.other},
          {"first run", times.run},
          {"all", times.all()},
          {"processor", times.processor}};
}

double Times::all() const {
  return trace + program + phases.passes + phases.cache + phases.llvmDialect + phases.translate +
         phases.optimise + phases.emit + phases.load + other + run;
}

Times firstResult(const Workload &workload, const std::string &cacheFolder, Outcome *outcome) {
  const Inputs inputs = inputsOf(workload);
  Times times;
  std::optional<Model> model;
  std::optional<Program> program;
  std::optional<Program::Bound> bound;
  double bind = 0;
  const std::clock_t start = std::clock();
  {
    PhaseTimer timer(times.trace);
    model = isChain(workload) ? polynomialChain(1000) : polynomial();
  }
  {
    PhaseTimer timer(times.program);
    program.emplace(*model, CompileOptions{.cacheFolder = cacheFolder});
  }
  {
    PhaseTimer timer(bind);
    bound = program->bind(workload.request, inputs, {.instances = workload.instances});
  }
  {
    PhaseTimer timer(times.run);
    bound->run(/*seed=*/1);
  }
  times.processor = 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  times.phases = bound->kernel.phases;
  times.fromCache = bound->kernel.fromCache;
  times.other = bind - (times.all() - times.trace - times.program - times.run);
  if (outcome)
    *outcome = bound->outcome();
  return times;
}

} // namespace genfuse::bench

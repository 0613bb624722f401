// What one changed element of a plate costs, against the length of the plate: update by a bound kernel,
// update and commit of a trace, and the score computed anew, which is what a system without update does.
#include "codegen/Trace.h"
#include <benchmark/benchmark.h>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace genfuse;

namespace {

const char *const model = R"(
gen.func @local(%s: tensor<?xf64> {gen.name = "s"}, %x: tensor<?xf64> {gen.name = "x"}) -> f64 {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f64
  %n = tensor.dim %s, %c0 : tensor<?xf64>
  %mu = gen.sample "mu" normal(%one, %one) : (f64, f64) -> f64
  gen.map "rows" %i to %n {
    %si = tensor.extract %s[%i] : tensor<?xf64>
    %xi = tensor.extract %x[%i] : tensor<?xf64>
    %m = gen.sample "m" normal(%mu, %si) : (f64, f64) -> f64
    %mean = arith.mulf %m, %xi : f64
    %y = gen.sample "y" normal(%mean, %one) : (f64, f64) -> f64
    gen.yield
  }
  gen.return %mu : f64
}
)";

const Program &program() {
  static const Program compiled(Model::parse(model, "local"), {.real = Precision::f32});
  return compiled;
}

Inputs inputsOf(int64_t n) {
  Array s = Array::zeros(ElementType::f32, {n}), x = Array::zeros(ElementType::f32, {n});
  for (int64_t i = 0; i < n; ++i) {
    s.values<float>()[i] = 1.0f + static_cast<float>(i % 7) / 8;
    x.values<float>()[i] = static_cast<float>(i % 5) - 2;
  }
  Inputs inputs;
  inputs.arguments = {{"s", s}, {"x", x}};
  return inputs;
}

Trace traceOf(int64_t n) { return program().simulate(inputsOf(n), {.seed = 1}); }

/// The weight against the difference of two scores computed anew; the latter are sums of n terms in f32
/// tiles.
void check() {
  Trace trace = traceOf(1000), before = trace;
  TraceChange change = trace.update({{"rows/500/m", 0.25}});
  change.commit();
  before.refresh();
  trace.refresh();
  double difference = trace.score().at({}) - before.score().at({});
  if (std::fabs(change.weight().at({}) - difference) < 1e-3)
    return;
  std::fprintf(stderr, "update: expected a weight of %g, got %g\n", difference, change.weight().at({}));
  std::exit(1);
}

/// The kernel alone, its arrays bound beforehand: what an application that embeds it pays.
void boundUpdate(benchmark::State &state) {
  int64_t n = state.range(0);
  Trace trace = traceOf(n);
  Inputs inputs = inputsOf(n);
  for (const auto &[leaf, values] : trace.choices())
    inputs.choices.set(leaf, ChoiceValue(values));
  Array list = Array::from<int64_t>({n / 2}), value = Array::from<float>({0.25f});
  inputs.elements = {{"rows/[]", list}};
  inputs.constraints = {{"rows/[]/m", value}};
  Program::Bound bound = program().bind("update(rows/[]/m)", inputs);
  int64_t step = 0;
  for (auto _ : state) {
    list.values<int64_t>()[0] = (step += 7919) % n;
    bound.run();
    benchmark::DoNotOptimize(bound.call.output("weight", Role::weight).data());
  }
}

void traceUpdate(benchmark::State &state) {
  int64_t n = state.range(0), step = 0;
  Trace trace = traceOf(n);
  for (auto _ : state) {
    ChoiceMap constraints;
    constraints.set("rows/" + std::to_string((step += 7919) % n) + "/m", 0.25);
    TraceChange change = trace.update(constraints);
    change.commit();
    benchmark::DoNotOptimize(change.weight().data());
  }
}

void scoreAnew(benchmark::State &state) {
  int64_t n = state.range(0);
  Trace trace = traceOf(n);
  Inputs inputs = inputsOf(n);
  for (const auto &[leaf, values] : trace.choices())
    inputs.choices.set(leaf, ChoiceValue(values));
  Program::Bound bound = program().bind("assess()", inputs);
  for (auto _ : state) {
    bound.run();
    benchmark::DoNotOptimize(bound.call.output("score", Role::score).data());
  }
}

BENCHMARK(boundUpdate)->Arg(100)->Arg(10000)->Arg(1000000);
BENCHMARK(traceUpdate)->Arg(100)->Arg(10000)->Arg(1000000);
BENCHMARK(scoreAnew)->Arg(100)->Arg(10000)->Arg(1000000);

} // namespace

int main(int argc, char **argv) {
  check();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  benchmark::RunSpecifiedBenchmarks();
}

// One kernel on one, two and more threads: a plate of 500,000 rows, and 1,000,000 instances of a small model.
// Before anything is measured the results of all numbers of threads are compared to the bit.
#include "codegen/Program.h"
#include "runtime/Error.h"
#include <benchmark/benchmark.h>
#include <fmt/core.h>
#include <map>

using namespace genfuse;

namespace {

constexpr int64_t threadCounts[] = {1, 2, 7};

struct Work {
  std::string name, request;
  Program program;
  Inputs inputs;
  int64_t instances;
};

Model load(const std::string &file, const std::string &name) {
  return Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/" + file + ".mlir", name);
}

/// Numbers in (-0.5, 0.5).
Array numbers(Shape shape) {
  Array array = Array::zeros(ElementType::f32, std::move(shape));
  uint32_t state = 1;
  for (int64_t i = 0; i < array.elementCount(); ++i) {
    state = state * 1664525u + 1013904223u;
    array.values<float>()[i] = static_cast<float>(state >> 8) / 16777216.0f - 0.5f;
  }
  return array;
}

/// Value and gradient in the 55 weights of a logistic regression on 500,000 rows (110 MB).
Work logistic() {
  constexpr int64_t rows = 500000, columns = 55;
  Work work{"logistic", "gradient(w)", Program(load("threads", "logistic")), {}, 1};
  work.inputs.arguments = {{"xs", numbers({rows, columns})}, {"w", numbers({columns})}};
  Array labels = Array::zeros(ElementType::boolean, {rows});
  for (int64_t i = 0; i < rows; ++i)
    labels.values<bool>()[i] = i * i % 3 == 1;
  work.inputs.choices.set("y/*", labels);
  return work;
}

/// A million draws of two normals each, with the log density.
Work simulate() {
  Work work{"simulate", "simulate()", Program(load("cases", "M1p")), {}, 1000000};
  work.inputs.arguments = {{"a", Array::scalar(0.5f)}};
  work.inputs.parameters = {{"M1p/theta", Array::scalar(2.0f)}};
  return work;
}

/// Value and gradients of a million instances, one of them in a shared parameter.
Work gradient() {
  Work work = simulate();
  work.name = "gradient";
  work.request = "gradient(x, theta)";
  work.inputs.choices.set("x", numbers({work.instances}));
  work.inputs.choices.set("y", numbers({work.instances}));
  return work;
}

Program::Bound bind(const Work &work, Executor *executor) {
  RunOptions options;
  options.instances = work.instances;
  options.executor = executor;
  return work.program.bind(work.request, work.inputs, options);
}

void checkArrays(const std::string &name, const Arrays &left, const Arrays &right) {
  for (const auto &[key, array] : left)
    if (!(array == right.at(key)))
      throw Error(name + ": '" + key + "' depends on the number of threads");
}

void check(const Work &work) {
  auto run = [&](Executor *executor) {
    Program::Bound bound = bind(work, executor);
    bound.run(/*seed=*/7);
    return bound.outcome();
  };
  const Outcome alone = run(nullptr);
  for (int64_t threads : threadCounts) {
    ThreadPool pool(threads);
    const Outcome other = run(&pool);
    checkArrays(work.name, {{"score", alone.score}}, {{"score", other.score}});
    checkArrays(work.name, alone.choices, other.choices);
    checkArrays(work.name, alone.choiceGradients, other.choiceGradients);
    checkArrays(work.name, alone.argumentGradients, other.argumentGradients);
    checkArrays(work.name, alone.parameterGradients, other.parameterGradients);
  }
}

void measure(benchmark::State &state, const Work &work, int64_t threads) {
  ThreadPool pool(threads);
  Program::Bound bound = bind(work, &pool);
  bound.run();
  for (auto _ : state)
    bound.run();
}

/// Keeps the least time of each benchmark for the ratios below the table.
struct Ratios : benchmark::ConsoleReporter {
  std::map<std::string, double> least;
  void ReportRuns(const std::vector<Run> &runs) override {
    for (const Run &run : runs)
      if (run.run_type == Run::RT_Iteration) {
        auto known = least.try_emplace(run.run_name.function_name, run.GetAdjustedRealTime()).first;
        known->second = std::min(known->second, run.GetAdjustedRealTime());
      }
    ConsoleReporter::ReportRuns(runs);
  }
};

} // namespace

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  try {
    const std::vector<Work> works{logistic(), simulate(), gradient()};
    for (const Work &work : works) {
      check(work);
      for (int64_t threads : threadCounts)
        benchmark::RegisterBenchmark((work.name + "/" + std::to_string(threads)).c_str(), measure, work,
                                     threads)
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime()
            ->Repetitions(7)
            ->ReportAggregatesOnly(false);
    }
    Ratios ratios;
    benchmark::RunSpecifiedBenchmarks(&ratios);
    for (const Work &work : works) {
      const double one = ratios.least[work.name + "/1"], two = ratios.least[work.name + "/2"];
      if (one > 0 && two > 0)
        fmt::print("{}: 2 threads are {:.2f} times as fast as 1 (least times)\n", work.name, one / two);
    }
  } catch (const std::exception &error) {
    fmt::print(stderr, "genfuse_threads_bench: {}\n", error.what());
    return 1;
  }
}

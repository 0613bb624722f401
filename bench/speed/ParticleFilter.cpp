// W7: a step of a bootstrap particle filter, without resampling (draw and weigh), and by hand a whole run.
#include "bench/limits/ParticleFilter.h"
#include "bench/speed/Data.h"
#include "bench/speed/Errors.h"
#include "bench/speed/Generated.h"
#include "bench/speed/Models.h"
#ifdef GENFUSE_SPEED_TORCH
#include "bench/speed/TorchSides.h"
#endif

namespace genfuse::bench {

namespace {

constexpr int64_t worthTwo = 4096; ///< particles from which on two threads are faster
constexpr float observation = 0.3f;
constexpr double logNormaliser = -0.91893853320467274 + 0.35667494393873245; // -log(sqrt(2 pi)) - log(0.7)

struct Work {
  FloatVector previous;
  explicit Work(int64_t particles) {
    for (int64_t i = 0; i < particles; ++i)
      previous.push_back(static_cast<float>(i * 7919 % 401 - 200) / 100);
  }
  int64_t size() const { return static_cast<int64_t>(previous.size()); }

  /// The whole operation, with weight and score in double.
  std::unique_ptr<Generated> operation(const Program &program, int64_t threads) const {
    Inputs inputs;
    inputs.arguments = {{"previous", viewOf(previous)}};
    inputs.choices.set("y", Array::scalar(observation));
    return std::make_unique<Generated>(program, "generate(y)", inputs, size(), threads);
  }
  /// The same within a procedure that returns draws and weights in float, as the kernel by hand does.
  std::unique_ptr<Generated> generated(const Program &program, int64_t threads) const {
    Inputs inputs;
    inputs.arguments = {{"previous", viewOf(previous)}, {"y", Array::scalar(observation)}};
    return std::make_unique<Generated>(program, "run()", inputs, size(), threads);
  }
};

/// Memory of the kernel by hand, which works on blocks of 64.
struct Memory {
  FloatVector previous, x, weights;
  DoubleVector wideWeights, scores;
  explicit Memory(const Work &work) : previous(work.previous) {
    previous.resize((previous.size() + 63) / 64 * 64);
    x.resize(previous.size());
    weights.resize(previous.size());
    wideWeights.resize(previous.size());
    scores.resize(previous.size());
  }
};

template <class Target> void limitKernel(Memory &memory, uint64_t seed, int64_t threads) {
  inRanges(
      threads, static_cast<int64_t>(memory.x.size()), 64,
      [&](int64_t, int64_t first, int64_t last) {
        limits::ParticleFilter<Target>::drawAndWeigh(memory.previous.data(), observation, 0, seed, first,
                                                     last, memory.x.data(), memory.weights.data());
      },
      worthTwo);
}

template <class Target> void scoresKernel(Memory &memory, uint64_t seed, int64_t threads) {
  inRanges(
      threads, static_cast<int64_t>(memory.x.size()), 64,
      [&](int64_t, int64_t first, int64_t last) {
        limits::ParticleFilter<Target>::drawAndScore(memory.previous.data(), observation, 0, seed, first,
                                                     last, memory.x.data(), memory.wideWeights.data(),
                                                     memory.scores.data());
      },
      worthTwo);
}

struct Programs {
  Program step, operation;
  explicit Programs(const std::string &target)
      : step(compileFor(filterStepProcedure(), target)), operation(compileFor(filterStepModel(), target)) {}
};

Case caseOf(const std::shared_ptr<Work> &work, const Programs &programs, int64_t threads,
            const Settings &settings) {
  const Program &program = programs.step;
  const bool isNative = program.options().target == native;
  Case result{"W7 step", std::to_string(work->size()), threads, program.options().target};
  std::shared_ptr<Generated> generated = work->generated(program, threads);
  std::shared_ptr<Generated> operation = work->operation(programs.operation, threads);
  auto memory = std::make_shared<Memory>(*work);
  auto seed = std::make_shared<uint64_t>(0);
  result.compileMilliseconds = generated->compileMilliseconds();
  result.sides = {{generatedSide, [=, keep = work] { generated->run(++*seed); }},
                  {limitSide,
                   [=] {
                     ++*seed;
                     isNative ? limitKernel<limits::Native>(*memory, *seed, threads)
                              : limitKernel<limits::V3>(*memory, *seed, threads);
                   }},
                  {"generated, generate(y) with its score", [=, keep = work] { operation->run(++*seed); }},
                  {"by hand, with the score", [=] {
                     ++*seed;
                     isNative ? scoresKernel<limits::Native>(*memory, *seed, threads)
                              : scoresKernel<limits::V3>(*memory, *seed, threads);
                   }}};
  if (isNative) {
    result.bars[limitSide] = 1.3;
#ifdef GENFUSE_SPEED_TORCH
    if (settings.torch)
      result.sides.push_back({torchSide, torchFilterStep(work->size(), observation, threads)});
#endif
  }
  return result;
}

/// 100 steps with systematic resampling: by hand alone, as the compiler has no resampling yet.
Case wholeFilter(int64_t particles, int64_t threads) {
  struct Filter {
    FloatVector y = stateSpaceData(), particles, next, weights;
    uint64_t seed = 0;
  };
  auto filter = std::make_shared<Filter>();
  for (auto *memory : {&filter->particles, &filter->next, &filter->weights})
    memory->resize(static_cast<size_t>(particles) + 128);
  Case result{"W7", std::to_string(particles), threads};
  result.sides = {{limitSide, [=] {
                     ++filter->seed;
                     limits::FilterExchange exchange(static_cast<int>(threads));
                     auto part = [&](int64_t thread) {
                       limits::ParticleFilter<limits::Native>::run(
                           filter->y.data(), static_cast<int>(filter->y.size()), particles, filter->seed,
                           static_cast<int>(thread), exchange,
                           {filter->particles.data(), filter->next.data(), filter->weights.data()});
                     };
                     threads == 1 ? part(0) : poolOf(threads).run(threads, part);
                   }}};
  result.note = "no resampling in generated code yet";
  return result;
}

/// Draws: mean, variance and correlation of neighbours of the standardised ones, in standard errors. Weights:
/// against double precision, for the draws as they are.
void addChecks(std::vector<Check> &checks, const std::string &side, const Work &work, const float *x,
               const std::function<double(int64_t)> &logWeight) {
  const double count = static_cast<double>(work.size());
  double sum = 0, squares = 0, products = 0, last = 0;
  for (int64_t i = 0; i < work.size(); ++i) {
    const double z = (x[i] - 0.9 * work.previous[static_cast<size_t>(i)]) / 0.5;
    sum += z;
    squares += z * z - 1;
    products += z * last;
    last = z;
  }
  const double errors =
      std::max({std::abs(sum), std::abs(squares) / std::sqrt(2), std::abs(products)}) / std::sqrt(count);
  checks.push_back({"W7 step", side + ", draws, in standard errors", errors, 5});
  checks.push_back({"W7 step", side + ", log weights, relative to 1 + |log weight|",
                    worstRelativeError(
                        work.size(), logWeight,
                        [&](int64_t i) {
                          const double z = (observation - static_cast<double>(x[i])) / 0.7;
                          return -0.5 * z * z + logNormaliser;
                        },
                        1),
                    1e-6}); // a few roundings of z
}

} // namespace

Suite particleFilter(const Settings &settings) {
  const Programs programs(native), older(v3);
  Suite suite;
  auto small = std::make_shared<Work>(10007);
  for (const Programs &each : {programs, older})
    for (int64_t threads : settings.threads) {
      const std::string where = each.step.options().target + ", " + std::to_string(threads) + " threads: ";
      auto operation = small->operation(each.operation, threads);
      operation->run(5);
      const Outcome whole = operation->outcome();
      const double *wideWeights = whole.weight.values<double>();
      addChecks(suite.checks, where + "generated operation", *small, whole.choices.at("x").values<float>(),
                [&](int64_t i) { return wideWeights[i]; });
      auto generated = small->generated(each.step, threads);
      generated->run(5);
      const Outcome outcome = generated->outcome();
      const float *weights = outcome.results.at("weight").values<float>();
      addChecks(suite.checks, where + "generated", *small, outcome.results.at("x").values<float>(),
                [&](int64_t i) { return weights[i]; });
      Memory memory(*small);
      each.step.options().target == native ? limitKernel<limits::Native>(memory, 5, threads)
                                           : limitKernel<limits::V3>(memory, 5, threads);
      addChecks(suite.checks, where + "limit", *small, memory.x.data(),
                [&](int64_t i) { return memory.weights[static_cast<size_t>(i)] + logNormaliser; });
      const float *x = outcome.results.at("x").values<float>();
      suite.checks.push_back({"W7 step", where + "draws, generated against limit, relative to 1 + |draw|",
                              worstRelativeError(
                                  small->size(), [&](int64_t i) { return x[i]; },
                                  [&](int64_t i) { return memory.x[static_cast<size_t>(i)]; }, 1),
                              1e-6}); // the same bits, a few roundings
    }
  for (int64_t particles :
       settings.small ? std::vector<int64_t>{1000} : std::vector<int64_t>{1000, 10000, 100000}) {
    auto work = std::make_shared<Work>(particles);
    for (int64_t threads : settings.threads)
      suite.cases.push_back(caseOf(work, programs, threads, settings));
    suite.cases.push_back(caseOf(work, older, 1, settings));
    for (int64_t threads : settings.threads)
      suite.cases.push_back(wholeFilter(particles, threads));
  }
  return suite;
}

} // namespace genfuse::bench

// W1: importance sampling of a polynomial regression: draws and log weights.
#include "bench/limits/ImportanceSampling.h"
#include "bench/speed/Errors.h"
#include "bench/speed/Generated.h"
#include "bench/speed/Models.h"
#include "bench/speed/Reference.h"
#ifdef GENFUSE_SPEED_TORCH
#include "bench/speed/TorchSides.h"
#endif

namespace genfuse::bench {

namespace {

constexpr int64_t worthTwo = 4096; ///< particles from which on two threads are faster

struct Work {
  PolynomialData data = polynomialData();
  limits::Regression regression{data.x.data(), data.y.data()};

  std::unique_ptr<Generated> generated(const Program &program, int64_t particles, int64_t threads) const {
    Inputs inputs;
    inputs.arguments = {{"xs", viewOf(data.x)}};
    inputs.choices.set("y/*", viewOf(data.y));
    return std::make_unique<Generated>(program, "generate(y/*)", inputs, particles, threads);
  }
};

/// Memory of the kernel by hand.
struct Memory {
  FloatVector a, b, c, weights;
  DoubleVector wideWeights, scores;
  explicit Memory(int64_t particles) {
    for (auto *array : {&a, &b, &c, &weights})
      array->resize(static_cast<size_t>(particles));
    for (auto *array : {&wideWeights, &scores})
      array->resize(static_cast<size_t>(particles));
  }
  limits::Particles particles() { return {a.data(), b.data(), c.data(), weights.data()}; }
};

using Kernel = void(const Work &, uint64_t seed, int64_t first, int64_t last, Memory &);

template <class Target>
void limitKernel(const Work &work, uint64_t seed, int64_t first, int64_t last, Memory &memory) {
  limits::ImportanceSampling<Target>::run(work.regression, seed, first, last, memory.particles());
}
template <class Target>
void momentsKernel(const Work &work, uint64_t seed, int64_t first, int64_t last, Memory &memory) {
  limits::ImportanceSampling<Target>::runOnMoments(work.regression, seed, first, last, memory.particles());
}
template <class Target>
void drawKernel(const Work &, uint64_t seed, int64_t first, int64_t last, Memory &memory) {
  limits::ImportanceSampling<Target>::draw(seed, first, last, memory.particles());
}

template <class Target>
void scoresKernel(const Work &work, uint64_t seed, int64_t first, int64_t last, Memory &memory) {
  limits::ImportanceSampling<Target>::runWithScores(work.regression, seed, first, last, memory.particles(),
                                                    {memory.wideWeights.data(), memory.scores.data()});
}

Side limitOf(const std::string &name, const std::shared_ptr<Work> &work, Kernel *kernel, int64_t particles,
             int64_t threads) {
  auto memory = std::make_shared<Memory>(particles);
  auto seed = std::make_shared<uint64_t>(0);
  return {name, [=] {
            ++*seed;
            inRanges(
                threads, particles, 64,
                [&](int64_t, int64_t first, int64_t last) { kernel(*work, *seed, first, last, *memory); },
                worthTwo);
          }};
}

Case caseOf(const std::shared_ptr<Work> &work, const Program &program, int64_t particles, int64_t threads,
            const Settings &settings) {
  const bool isNative = program.options().target == native;
  Case result{"W1",
              std::to_string(particles),
              threads,
              program.options().target,
              {{limitSide, isNative ? 1.25 : 1.5}}};
  std::shared_ptr<Generated> generated = work->generated(program, particles, threads);
  auto seed = std::make_shared<uint64_t>(0);
  result.compileMilliseconds = generated->compileMilliseconds();
  result.note = "generated code also writes the score, and both in double";
  result.sides = {{generatedSide, [=] { generated->run(++*seed); }},
                  limitOf(limitSide, work, isNative ? limitKernel<limits::Native> : limitKernel<limits::V3>,
                          particles, threads)};
  result.sides.push_back(limitOf("by hand, same outputs", work,
                                 isNative ? scoresKernel<limits::Native> : scoresKernel<limits::V3>,
                                 particles, threads));
  if (isNative) {
    result.sides.push_back(
        limitOf("by hand, draws only", work, drawKernel<limits::Native>, particles, threads));
    result.sides.push_back(
        limitOf("by hand, from moments", work, momentsKernel<limits::Native>, particles, threads));
#ifdef GENFUSE_SPEED_TORCH
    if (settings.torch)
      result.sides.push_back({torchSide, torchImportanceSampling(work->data, particles, threads)});
#endif
  }
  return result;
}

/// Draws have the same random bits on both sides; weights are compared with double precision.
template <class Target>
std::vector<Check> checksOf(const std::shared_ptr<Work> &work, const Program &program, int64_t threads) {
  constexpr int64_t particles = 10007;
  constexpr uint64_t seed = 77;
  auto generated = work->generated(program, particles, threads);
  generated->run(seed);
  const Outcome outcome = generated->outcome();
  Memory memory(particles);
  limitKernel<Target>(*work, seed, 0, particles, memory);
  const float *a = outcome.choices.at("a").values<float>(), *b = outcome.choices.at("b").values<float>(),
              *c = outcome.choices.at("c").values<float>();
  const double *weights = outcome.weight.values<double>();
  auto reference = [&](const float *a, const float *b, const float *c) {
    return [=, &work](int64_t i) { return polynomialLikelihood(work->data, a[i], b[i], c[i]); };
  };
  const std::string side = program.options().target + ", " + std::to_string(threads) + " threads: ";
  std::vector<Check> checks;
  double worst = 0;
  for (auto [ours, theirs] : {std::pair(a, &memory.a), {b, &memory.b}, {c, &memory.c}})
    worst = std::max(worst, worstRelativeError(
                                particles, [&](int64_t i) { return ours[i]; },
                                [&](int64_t i) { return (*theirs)[static_cast<size_t>(i)]; }, 1e-3));
  // The same bits and polynomials: a few roundings, of 1 where a sine is near 0.
  checks.push_back({"W1", side + "draws, generated against limit, relative to 1e-3 + |draw|", worst, 1e-6});
  // tests/unit/limits says why 2e-6.
  checks.push_back({"W1", side + "generated log weights, relative to 200 + |log weight|",
                    worstRelativeError(
                        particles, [&](int64_t i) { return weights[i]; }, reference(a, b, c), 200),
                    2e-6});
  checks.push_back({"W1", side + "limit's log weights, relative to 200 + |log weight|",
                    worstRelativeError(
                        particles, [&](int64_t i) { return memory.weights[static_cast<size_t>(i)]; },
                        reference(memory.a.data(), memory.b.data(), memory.c.data()), 200),
                    2e-6});
  return checks;
}

} // namespace

Suite importanceSampling(const Settings &settings) {
  auto work = std::make_shared<Work>();
  const Program program = compileFor(polynomialModel(), native), older = compileFor(polynomialModel(), v3);
  Suite suite;
  for (int64_t threads : settings.threads)
    for (const std::vector<Check> &checks :
         {checksOf<limits::Native>(work, program, threads), checksOf<limits::V3>(work, older, threads)})
      suite.checks.insert(suite.checks.end(), checks.begin(), checks.end());
  const std::vector<int64_t> sizes =
      settings.small ? std::vector<int64_t>{1000} : std::vector<int64_t>{1000, 10000, 100000, 1000000};
  for (int64_t particles : sizes)
    for (int64_t threads : settings.threads)
      suite.cases.push_back(caseOf(work, program, particles, threads, settings));
  for (int64_t particles : sizes)
    suite.cases.push_back(caseOf(work, older, particles, 1, settings));
  return suite;
}

} // namespace genfuse::bench

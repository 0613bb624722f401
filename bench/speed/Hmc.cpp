// W2, W2b: HMC on the polynomial regression, one chain and many: all transitions in one call.
#include "bench/limits/Hmc.h"
#include "bench/speed/Errors.h"
#include "bench/speed/Generated.h"
#include "bench/speed/Models.h"
#include "bench/speed/Reference.h"
#ifdef GENFUSE_SPEED_TORCH
#include "bench/speed/TorchSides.h"
#endif

namespace genfuse::bench {

namespace {

struct Work {
  PolynomialData data = polynomialData();
  limits::Regression regression{data.x.data(), data.y.data()};

  std::shared_ptr<Generated> generated(const std::string &target, int64_t draws, int64_t chains,
                                       int64_t threads) const {
    Inputs inputs;
    inputs.arguments = {{"xs", viewOf(data.x)}, {"ys", viewOf(data.y)}};
    return std::make_shared<Generated>(compileFor(polynomialChain(draws), target), "run()", inputs, chains,
                                       threads);
  }
};

void addTorch(Case &result, const std::shared_ptr<Work> &work, int64_t chains, int64_t draws,
              const Settings &settings) {
#ifdef GENFUSE_SPEED_TORCH
  if (settings.torch && result.target == native)
    result.sides.push_back({torchSide, torchHmc(work->data, chains, draws, result.threads)});
#endif
}

Side generatedOf(const std::shared_ptr<Generated> &generated) {
  auto seed = std::make_shared<uint64_t>(0);
  return {generatedSide, [=] { generated->run(++*seed); }};
}

constexpr float position[3] = {0.4f, -1.0f, 1.7f};

template <class Target>
Case oneChain(const std::shared_ptr<Work> &work, const std::string &target, int draws,
              const Settings &options) {
  Case result{"W2", "1x" + std::to_string(draws), 1, target, {{limitSide, target == native ? 1.25 : 1.5}}};
  limits::HmcSettings settings;
  settings.draws = draws;
  auto memory = std::make_shared<FloatVector>(static_cast<size_t>(3 * draws));
  auto run = [=](auto *kernel) {
    return [=]() mutable {
      ++settings.seed;
      kernel(work->regression, settings, memory->data());
    };
  };
  const auto generated = work->generated(target, draws, 1, 1);
  result.compileMilliseconds = generated->compileMilliseconds();
  result.sides = {generatedOf(generated),
                  {limitSide, run(&limits::Hmc<Target>::oneChain)},
                  {"by hand, from moments", run(&limits::Hmc<Target>::oneChainOnMoments)}};
  addTorch(result, work, 1, draws, options);
  return result;
}

template <class Target>
Case manyChains(const std::shared_ptr<Work> &work, const std::string &target, int64_t chains, int draws,
                int64_t threads, const Settings &options) {
  Case result{"W2b", std::to_string(chains) + "x" + std::to_string(draws), threads, target};
  if (target == native)
    result.bars[limitSide] = 1.3;
  limits::HmcSettings settings;
  settings.draws = draws;
  auto memory = std::make_shared<FloatVector>(static_cast<size_t>(3 * chains * draws));
  auto run = [=](auto *kernel) {
    return [=]() mutable {
      ++settings.seed;
      inRanges(threads, chains, 32, [&](int64_t, int64_t first, int64_t last) {
        kernel(work->regression, settings, chains, first, last, memory->data());
      });
    };
  };
  const auto generated = work->generated(target, draws, chains, threads);
  result.compileMilliseconds = generated->compileMilliseconds();
  result.sides = {generatedOf(generated),
                  {limitSide, run(&limits::Hmc<Target>::manyChains)},
                  {"by hand, from moments", run(&limits::Hmc<Target>::manyChainsOnMoments)}};
  addTorch(result, work, chains, draws, options);
  return result;
}

void addChecks(std::vector<Check> &checks, const std::string &side, double value, const double *gradient,
               const ReferenceResult &reference) {
  // Residuals of numbers up to 6 in float, 50 of them, times 400: tests/unit/limits.
  checks.push_back({"W2", side + ", value, relative to 200 + |value|",
                    std::abs(value - reference.value) / (200 + std::abs(reference.value)), 1e-6});
  checks.push_back({"W2", side + ", gradient, relative to its largest component",
                    worstErrorOfVector(
                        3, [&](int64_t i) { return gradient[i]; },
                        [&](int64_t i) { return reference.gradient[static_cast<size_t>(i)]; }),
                    2e-6});
}

void checkGenerated(std::vector<Check> &checks, const Work &work, const std::string &target,
                    const ReferenceResult &reference) {
  Inputs inputs;
  inputs.arguments = {{"xs", viewOf(work.data.x)}};
  inputs.choices.set("y/*", viewOf(work.data.y));
  const char *const names[] = {"a", "b", "c"};
  for (size_t i = 0; i < 3; ++i)
    inputs.choices.set(names[i], Array::scalar(position[i]));
  const Outcome outcome = compileFor(polynomialModel(), target).run("gradient(a, b, c)", inputs);
  double gradient[3];
  for (size_t i = 0; i < 3; ++i)
    gradient[i] = *outcome.choiceGradients.at(names[i]).values<float>();
  addChecks(checks, target + ": generated", *outcome.score.values<double>(), gradient, reference);
}

/// Of the exact posterior mean of a, b and c, in standard errors of as many independent draws: 0.011, 0.012
/// and 0.024 are their standard deviations, and draws of this sampler are nearly independent.
template <class Mean>
void checkMeans(std::vector<Check> &checks, const std::string &side, const Work &work, double draws,
                const Mean &mean) {
  constexpr double deviations[] = {0.011, 0.012, 0.024};
  const std::vector<double> exact = polynomialPosteriorMean(work.data);
  double worst = 0;
  for (size_t i = 0; i < 3; ++i)
    worst = std::max(worst, std::abs(mean(i) - exact[i]) / deviations[i] * std::sqrt(draws));
  checks.push_back({"W2", side + ", posterior mean, in standard errors", worst, 8}); // not quite independent
}

void checkChains(std::vector<Check> &checks, const Work &work, const std::string &target, int64_t chains,
                 int64_t draws, int64_t threads) {
  const auto generated = work.generated(target, draws, chains, threads);
  generated->run(3);
  const Outcome outcome = generated->outcome();
  const char *const names[] = {"a", "b", "c"};
  checkMeans(checks,
             target + ", " + std::to_string(threads) + " threads: generated, " + std::to_string(chains) +
                 " chains",
             work, static_cast<double>(chains * draws), [&](size_t i) {
               const Array &values = outcome.results.at(names[i]);
               double sum = 0;
               for (int64_t k = 0; k < values.elementCount(); ++k)
                 sum += values.values<float>()[k];
               return sum / static_cast<double>(values.elementCount());
             });
}

template <class Target>
void checkLimit(std::vector<Check> &checks, const Work &work, const std::string &target,
                const ReferenceResult &reference) {
  for (auto [name, got] :
       {std::pair("one chain", limits::Hmc<Target>::oneGradient(work.regression, position)),
        {"many chains", limits::Hmc<Target>::manyGradient(work.regression, position)}}) {
    const double gradient[] = {got.gradient[0], got.gradient[1], got.gradient[2]};
    addChecks(checks, target + ": limit, " + name, got.value, gradient, reference);
  }
}

} // namespace

Suite hmc(const Settings &settings) {
  auto work = std::make_shared<Work>();
  const ReferenceResult reference = polynomialDensity(work->data, position[0], position[1], position[2]);
  Suite suite;
  for (const std::string &target : {native, v3})
    checkGenerated(suite.checks, *work, target, reference);
  checkLimit<limits::Native>(suite.checks, *work, native, reference);
  checkLimit<limits::V3>(suite.checks, *work, v3, reference);
  for (const std::string &target : {native, v3}) {
    checkChains(suite.checks, *work, target, 1, 1000, 1);
    for (int64_t threads : settings.threads)
      checkChains(suite.checks, *work, target, 256, 100, threads);
  }
#ifdef GENFUSE_SPEED_TORCH
  if (settings.torch) {
    const std::vector<double> means = torchHmcMeans(work->data, 256, 100);
    checkMeans(suite.checks, torchSide, *work, 25600, [&](size_t i) { return means[i]; });
  }
#endif
  const int draws = settings.small ? 10 : 1000;
  suite.cases = {oneChain<limits::Native>(work, native, draws, settings),
                 oneChain<limits::V3>(work, v3, draws, settings)};
  for (int64_t chains : {64, 1024}) {
    for (int64_t threads : settings.threads)
      suite.cases.push_back(manyChains<limits::Native>(work, native, chains, draws / 10, threads, settings));
    suite.cases.push_back(manyChains<limits::V3>(work, v3, chains, draws / 10, 1, settings));
  }
  return suite;
}

} // namespace genfuse::bench

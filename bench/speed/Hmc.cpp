// W2, W2b: HMC on the polynomial regression, one chain and many. The generated side needs a loop around the
// operations that is compiled in; until the compiler has it the limit runs alone, and the rows say so. What
// is checked of generated code is the gradient.
#include "bench/limits/Hmc.h"
#include "bench/speed/Errors.h"
#include "bench/speed/Generated.h"
#include "bench/speed/Models.h"
#include "bench/speed/Reference.h"

namespace genfuse::bench {

namespace {

struct Work {
  PolynomialData data = polynomialData();
  limits::Regression regression{data.x.data(), data.y.data()};
};

constexpr float position[3] = {0.4f, -1.0f, 1.7f};
const char *const noLoop = "generated: no loop around operations yet";

template <class Target>
Case oneChain(const std::shared_ptr<Work> &work, const std::string &target, int draws) {
  Case result{"W2", "1x" + std::to_string(draws), 1, target, target == native ? 1.25 : 1.5};
  limits::HmcSettings settings;
  settings.draws = draws;
  auto memory = std::make_shared<std::vector<float>>(static_cast<size_t>(3 * draws));
  auto run = [=](auto *kernel) {
    return [=]() mutable {
      ++settings.seed;
      kernel(work->regression, settings, memory->data());
    };
  };
  result.sides = {{limitSide, run(&limits::Hmc<Target>::oneChain)},
                  {"by hand, from moments", run(&limits::Hmc<Target>::oneChainOnMoments)}};
  result.note = noLoop;
  return result;
}

template <class Target>
Case manyChains(const std::shared_ptr<Work> &work, const std::string &target, int64_t chains, int draws,
                int64_t threads) {
  Case result{"W2b", std::to_string(chains) + "x" + std::to_string(draws), threads, target};
  if (target == native)
    result.bar = 1.3;
  limits::HmcSettings settings;
  settings.draws = draws;
  auto memory = std::make_shared<std::vector<float>>(static_cast<size_t>(3 * chains * draws));
  auto run = [=](auto *kernel) {
    return [=]() mutable {
      ++settings.seed;
      inRanges(threads, chains, 32, [&](int64_t, int64_t first, int64_t last) {
        kernel(work->regression, settings, chains, first, last, memory->data());
      });
    };
  };
  result.sides = {{limitSide, run(&limits::Hmc<Target>::manyChains)},
                  {"by hand, from moments", run(&limits::Hmc<Target>::manyChainsOnMoments)}};
  result.note = noLoop;
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
  const int draws = settings.small ? 10 : 1000;
  suite.cases = {oneChain<limits::Native>(work, native, draws), oneChain<limits::V3>(work, v3, draws)};
  for (int64_t chains : {64, 1024}) {
    for (int64_t threads : settings.threads)
      suite.cases.push_back(manyChains<limits::Native>(work, native, chains, draws / 10, threads));
    suite.cases.push_back(manyChains<limits::V3>(work, v3, chains, draws / 10, 1));
  }
  return suite;
}

} // namespace genfuse::bench

// W3: logistic regression, value and gradient.
#include "bench/limits/Logistic.h"
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
  explicit Work(int64_t rows) : data(coverData(rows)) {}
  CoverData data;

  limits::LogisticData limit() const { return {data.x.data(), data.y.get(), data.rows}; }

  std::unique_ptr<Generated> generated(const Program &program, int64_t threads) const {
    Inputs inputs;
    inputs.arguments = {{"xs", viewOf(data.x.data(), {data.rows, CoverData::columns})}};
    inputs.choices.set("w/*", viewOf(data.weights));
    inputs.choices.set("y/*", viewOf(data.y.get(), {data.rows}));
    return std::make_unique<Generated>(program, "gradient(w/*)", inputs, 1, threads);
  }
};

template <class Target> limits::LogisticSum limitKernel(const Work &work, int64_t threads) {
  std::vector<limits::LogisticSum> sums(static_cast<size_t>(threads));
  inRanges(threads, work.data.rows, 16, [&](int64_t thread, int64_t first, int64_t last) {
    limits::Logistic<Target>::add(work.limit(), work.data.weights.data(), first, last,
                                  sums[static_cast<size_t>(thread)]);
  });
  limits::LogisticSum &total = sums[0];
  for (size_t thread = 1; thread < sums.size(); ++thread) {
    total.value += sums[thread].value;
    for (size_t i = 0; i < CoverData::columns; ++i)
      total.gradient[i] += sums[thread].gradient[i];
  }
  addPrior(work.data.weights.data(), total);
  return total;
}

/// Adds up x: no side can be faster than reading it.
void readAll(const Work &work, int64_t threads) {
  inRanges(threads, work.data.rows, 16, [&](int64_t, int64_t first, int64_t last) {
    volatile float sum = limits::Logistic<limits::Native>::read(work.limit(), first, last);
    (void)sum;
  });
}

Case caseOf(const std::shared_ptr<Work> &work, const Program &program, int64_t threads,
            const Settings &settings) {
  const bool isNative = program.options().target == native;
  Case result{"W3", std::to_string(work->data.rows) + "x55", threads, program.options().target};
  std::shared_ptr<Generated> generated = work->generated(program, threads);
  result.compileMilliseconds = generated->compileMilliseconds();
  result.sides = {{generatedSide, [=] { generated->run(); }},
                  {limitSide, [=] {
                     isNative ? limitKernel<limits::Native>(*work, threads)
                              : limitKernel<limits::V3>(*work, threads);
                   }}};
  if (isNative) {
    result.bars[limitSide] = 1.2;
    result.sides.push_back({"reading x alone", [=] { readAll(*work, threads); }});
#ifdef GENFUSE_SPEED_TORCH
    if (settings.torch)
      result.sides.push_back({torchSide, torchLogistic(work->data, threads)});
#endif
  }
  return result;
}

struct Expectation {
  std::string what;
  const ReferenceResult &reference;

  /// A term of the value is off by roundings of its sum of 13 products, and so is a residual; sums of tiles
  /// are in double, and roundings of half a million terms mostly cancel: measured 8e-8 of
  /// the value and 6e-7 of the gradient (LibTorch: 5e-6).
  template <class Gradient>
  void add(std::vector<Check> &checks, const std::string &side, double value,
           const Gradient &gradient) const {
    checks.push_back({"W3", what + side + ", value, relative",
                      std::abs(value - reference.value) / std::abs(reference.value), 5e-7});
    checks.push_back(
        {"W3", what + side + ", gradient, relative to its largest component",
         worstErrorOfVector(CoverData::columns, gradient,
                            [&](int64_t i) { return reference.gradient[static_cast<size_t>(i)]; }),
         1e-5});
  }
};

template <class Target>
std::vector<Check> checksOf(const Work &work, const Program &program, const ReferenceResult &reference,
                            int64_t threads) {
  const Expectation expected{program.options().target + ", " + std::to_string(threads) + " threads: ",
                             reference};
  std::vector<Check> checks;
  auto generated = work.generated(program, threads);
  generated->run();
  const Outcome outcome = generated->outcome();
  const float *gradient = outcome.choiceGradients.at("w/*").values<float>();
  expected.add(checks, "generated", *outcome.score.values<double>(), [&](int64_t i) { return gradient[i]; });
  const limits::LogisticSum sum = limitKernel<Target>(work, threads);
  expected.add(checks, "limit", sum.value, [&](int64_t i) { return sum.gradient[i]; });
  return checks;
}

} // namespace

Suite logistic(const Settings &settings) {
  auto work = std::make_shared<Work>(settings.small ? 10007 : 581012);
  const Program program = compileFor(logisticModel(), native), older = compileFor(logisticModel(), v3);
  const ReferenceResult reference = logisticDensity(work->data, work->data.weights);
  Suite suite;
  for (int64_t threads : settings.threads) {
    for (const std::vector<Check> &checks : {checksOf<limits::Native>(*work, program, reference, threads),
                                             checksOf<limits::V3>(*work, older, reference, threads)})
      suite.checks.insert(suite.checks.end(), checks.begin(), checks.end());
    suite.cases.push_back(caseOf(work, program, threads, settings));
  }
  suite.cases.push_back(caseOf(work, older, 1, settings));
#ifdef GENFUSE_SPEED_TORCH
  if (settings.torch) {
    const std::vector<double> torch = torchLogisticValues(work->data);
    Expectation{"", reference}.add(suite.checks, torchSide, torch[0],
                                   [&](int64_t i) { return torch[static_cast<size_t>(i) + 1]; });
  }
#endif
  return suite;
}

} // namespace genfuse::bench

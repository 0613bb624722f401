// W4: a step of gradient ascent of a softmax regression, from the one-image model and from the one over the
// batch.
#include "bench/limits/Softmax.h"
#include "bench/speed/Ascent.h"
#include "bench/speed/Errors.h"
#include "bench/speed/Generated.h"
#include "bench/speed/Models.h"
#include "bench/speed/Reference.h"
#include "bench/training/Models.h"
#ifdef GENFUSE_SPEED_TORCH
#include "bench/speed/TorchSides.h"
#endif

namespace genfuse::bench {

namespace {

constexpr int64_t pixels = ImageData::pixels, classes = ImageData::classes;
const std::string batchSide = "generated, model over the batch";
constexpr float rate = 1e-5f; // small: the weights stay near those of a training run for many steps

/// Training by a generated gradient kernel: it adds rate * gradient to accumulators, the host adds those.
class Trainer {
public:
  Trainer(const Program &program, const std::string &model, const ImageData &data, int64_t threads)
      : weights(Array::zeros(ElementType::f32, {classes, pixels})),
        biases(Array::zeros(ElementType::f32, {classes})),
        weightSteps(Array::zeros(ElementType::f32, {classes, pixels})),
        biasSteps(Array::zeros(ElementType::f32, {classes})),
        kernel(program, "gradient(W, b)", inputsOf(model, data), 1, threads,
               {{model + "/W", weightSteps}, {model + "/b", biasSteps}}) {}

  void step(float rate) {
    kernel.run(0, rate);
    ascend(weights.values<float>(), weightSteps.values<float>(), classes * pixels);
    ascend(biases.values<float>(), biasSteps.values<float>(), classes);
  }
  double value() const { return *kernel.outcome().score.values<double>(); }
  double compileMilliseconds() const { return kernel.compileMilliseconds(); }

  Array weights, biases;

private:
  Inputs inputsOf(const std::string &model, const ImageData &data) const {
    const auto count = static_cast<int64_t>(data.labels.size());
    Inputs inputs;
    inputs.arguments = {{"xs", viewOf(data.images.data(), {count, pixels})}};
    inputs.parameters = {{model + "/W", weights}, {model + "/b", biases}};
    inputs.choices.set("image/*/y", viewOf(data.labels));
    return inputs;
  }

  Array weightSteps, biasSteps;
  Generated kernel;
};

/// Memory of the kernel by hand.
struct Memory {
  explicit Memory(const ImageData &data)
      : batch{data.images.data(), data.labels.data(), static_cast<int>(data.labels.size())},
        weights(static_cast<size_t>(classes * pixels)), biases(16), residuals(data.labels.size() * 16) {}

  limits::SoftmaxBatch batch;
  FloatVector weights, biases, residuals;
  limits::SoftmaxState state() { return {weights.data(), biases.data(), residuals.data()}; }
};

/// On two threads all steps are one run, with a barrier in between: a call of a pool a step would cost more
/// than the second thread brings.
template <class Target> Side limitOf(const std::shared_ptr<ImageData> &data, int64_t threads) {
  auto memory = std::make_shared<Memory>(*data);
  if (threads == 1)
    return {limitSide, [=] { limits::Softmax<Target>::step(memory->batch, memory->state(), rate); }};
  constexpr int steps = 500;
  return {limitSide,
          [=, keep = data] {
            limits::SpinBarrier barrier(static_cast<int>(threads));
            auto part = [&](int64_t thread) {
              limits::Softmax<Target>::steps(memory->batch, memory->state(), rate, steps,
                                             static_cast<int>(thread), static_cast<int>(threads), barrier);
            };
            poolOf(threads).run(threads, part);
          },
          steps};
}

/// The limit in the form of a gradient kernel: each step is a call, whose result the caller adds to the
/// weights.
Side callsOf(const std::shared_ptr<ImageData> &data, int64_t threads) {
  using Limit = limits::Softmax<limits::Native>;
  auto memory = std::make_shared<Memory>(*data);
  auto steps = std::make_shared<FloatVector>(memory->weights.size() + memory->biases.size());
  return {
      "by hand, a call a step", [=, keep = data] {
        float *biasSteps = steps->data() + memory->weights.size();
        const limits::SoftmaxState state = memory->state(), into{steps->data(), biasSteps, state.residuals};
        inRanges(threads, memory->batch.size, 2, [&](int64_t, int64_t first, int64_t last) {
          Limit::residuals(memory->batch, state, static_cast<int>(first), static_cast<int>(last));
        });
        inRanges(threads, pixels, 16, [&](int64_t, int64_t first, int64_t last) {
          Limit::update(memory->batch, into, rate, static_cast<int>(first), static_cast<int>(last));
        });
        ascend(state.weights, into.weights, classes * pixels);
        ascend(state.biases, into.biases, classes);
      }};
}

struct Programs {
  std::string target;
  Program perImage = compileFor(digitsModel(), target), overBatch = compileFor(digitsByHandModel(), target);
};

/// Steps of training in a loop that is compiled in, from weights of 0.
constexpr int64_t stepsOfLoop = 100;
class TrainingLoop {
public:
  TrainingLoop(const ImageData &data, const std::string &target, float rate, int64_t threads)
      : kernel(compileFor(softmaxAscent(stepsOfLoop, rate), target), "run()", inputsOf(data), 1, threads) {}

  void run() { kernel.run(); }
  Outcome outcome() const { return kernel.outcome(); }

private:
  static Inputs inputsOf(const ImageData &data) {
    const auto count = static_cast<int64_t>(data.labels.size());
    Inputs inputs;
    inputs.arguments = {{"xs", viewOf(data.images.data(), {count, pixels})},
                        {"ys", viewOf(data.labels)},
                        {"W", Array::zeros(ElementType::f32, {classes, pixels})},
                        {"b", Array::zeros(ElementType::f32, {classes})}};
    return inputs;
  }

  Generated kernel;
};

Case caseOf(const std::shared_ptr<ImageData> &data, const Programs &programs, int64_t threads,
            const Settings &settings) {
  const bool isNative = programs.target == native;
  Case result{"W4", std::to_string(data->labels.size()) + "x784x10", threads, programs.target};
  auto perImage = std::make_shared<Trainer>(programs.perImage, "digit", *data, threads);
  auto overBatch = std::make_shared<Trainer>(programs.overBatch, "digits_by_hand", *data, threads);
  result.compileMilliseconds = perImage->compileMilliseconds();
  result.sides = {{generatedSide, [=, keep = data] { perImage->step(rate); }},
                  isNative ? limitOf<limits::Native>(data, threads) : limitOf<limits::V3>(data, threads),
                  {batchSide, [=, keep = data] { overBatch->step(rate); }}};
  auto loop = std::make_shared<TrainingLoop>(*data, programs.target, rate, threads);
  result.sides.push_back({"generated, steps in one kernel", [=, keep = data] { loop->run(); }, stepsOfLoop});
  if (isNative) {
    result.bars = {{limitSide, 1.4}, {batchSide, 1.05}};
    result.sides.push_back(callsOf(data, threads));
#ifdef GENFUSE_SPEED_TORCH
    if (settings.torch)
      result.sides.push_back({torchSide, torchSoftmax(*data, rate, threads)});
#endif
  }
  return result;
}

/// One step from weights that are not zero: its value, and the gradient as (weights after - before) / rate.
struct OneStep {
  double value;
  FloatVector before, after;
};

void addChecks(std::vector<Check> &checks, const std::string &side, const OneStep &step, float rate,
               const ReferenceResult &reference) {
  checks.push_back({"W4", side + ", value, relative",
                    std::abs(step.value - reference.value) / std::abs(reference.value), 2e-6});
  // The difference of weights loses what their rounding takes: 2^-24 of 0.1, over 1e-2 of 30.
  checks.push_back({"W4", side + ", gradient by a step, relative to its largest component",
                    worstErrorOfVector(
                        classes * pixels,
                        [&](int64_t i) {
                          const auto at = static_cast<size_t>(i);
                          return (static_cast<double>(step.after[at]) - step.before[at]) / rate;
                        },
                        [&](int64_t i) { return reference.gradient[static_cast<size_t>(i)]; }),
                    1e-5});
}

FloatVector startingWeights() {
  FloatVector weights;
  for (int64_t i = 0; i < classes * pixels; ++i)
    weights.push_back(static_cast<float>(i * 7919 % 201 - 100) / 1000);
  return weights;
}

OneStep generatedStep(const Program &program, const std::string &model, const ImageData &data,
                      int64_t threads, float rate) {
  Trainer trainer(program, model, data, threads);
  const FloatVector start = startingWeights();
  float *weights = trainer.weights.values<float>();
  std::copy(start.begin(), start.end(), weights);
  trainer.step(rate);
  return {trainer.value(), start, {weights, weights + start.size()}};
}

/// The weights after as many steps by the loop and by hand, from 0: both sum in float, in other orders.
void checkLoop(std::vector<Check> &checks, const ImageData &data, const std::string &target,
               int64_t threads) {
  constexpr float loopRate = 1e-3f;
  TrainingLoop loop(data, target, loopRate, threads);
  loop.run();
  const Outcome outcome = loop.outcome();
  Memory memory(data);
  double value = 0;
  for (int64_t step = 0; step < stepsOfLoop; ++step)
    value = limits::Softmax<limits::Native>::step(memory.batch, memory.state(), loopRate);
  const std::string side = target + ", " + std::to_string(threads) + " threads: generated loop against limit";
  const double got = outcome.results.at("score").at({});
  checks.push_back(
      {"W4", side + ", value of step 100, relative", std::abs(got - value) / std::abs(value), 2e-5});
  const float *weights = outcome.results.at("W").values<float>();
  checks.push_back({"W4", side + ", weights, relative to the largest",
                    worstErrorOfVector(
                        classes * pixels, [&](int64_t i) { return weights[i]; },
                        [&](int64_t i) { return memory.weights[static_cast<size_t>(i)]; }),
                    2e-5});
}

template <class Target> OneStep limitStep(const ImageData &data, float rate) {
  Memory memory(data);
  memory.weights = startingWeights();
  const double value = limits::Softmax<Target>::step(memory.batch, memory.state(), rate);
  return {value, startingWeights(), memory.weights};
}

} // namespace

Suite softmax(const Settings &settings) {
  auto data = std::make_shared<ImageData>(imageData());
  const ReferenceResult reference = softmaxDensity(*data, startingWeights(), FloatVector(classes));
  constexpr float checkRate = 1e-2f;
  Suite suite;
  for (const Programs &programs : {Programs{native}, Programs{v3}}) {
    for (int64_t threads : settings.threads) {
      const std::string side = programs.target + ", " + std::to_string(threads) + " threads: generated";
      addChecks(suite.checks, side, generatedStep(programs.perImage, "digit", *data, threads, checkRate),
                checkRate, reference);
      addChecks(suite.checks, side + " over the batch",
                generatedStep(programs.overBatch, "digits_by_hand", *data, threads, checkRate), checkRate,
                reference);
      checkLoop(suite.checks, *data, programs.target, threads);
      if (programs.target == native || threads == 1)
        suite.cases.push_back(caseOf(data, programs, threads, settings));
    }
  }
  addChecks(suite.checks, "native: limit", limitStep<limits::Native>(*data, checkRate), checkRate, reference);
  addChecks(suite.checks, "x86-64-v3: limit", limitStep<limits::V3>(*data, checkRate), checkRate, reference);
  return suite;
}

} // namespace genfuse::bench

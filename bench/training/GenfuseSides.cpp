// genfuse: one kernel call an image, the one-image model batched by the compiler, and the model over the
// batch.
#include "bench/training/Models.h"
#include "bench/training/Side.h"
#include "codegen/Program.h"

namespace genfuse::bench {

namespace {

class GenfuseSide : public Side {
public:
  GenfuseSide(const Task &task, const Parameters &initial, const Model &model, std::string argument,
              std::string choice, bool perImage)
      : task(task), program(model), argument(std::move(argument)), choice(std::move(choice)),
        perImage(perImage), prefix(model.name() == "digits" ? "digit/" : model.name() + "/") {
    int64_t pixels = task.images->pixels;
    weights = Array::from<float>(initial.weights, {classes, pixels});
    biases = Array::from<float>(initial.biases, {classes});
    weightGradient = Array::zeros(ElementType::f32, {classes, pixels});
    biasGradient = Array::zeros(ElementType::f32, {classes});
    kernel = program.kernel("gradient(W, b)", Mapping::single);
    call = std::make_unique<Call>(*kernel.signature);
    call->set(prefix + "W", Role::parameter, weights).set(prefix + "b", Role::parameter, biases);
    call->set(prefix + "W", Role::parameterGradient, weightGradient);
    call->set(prefix + "b", Role::parameterGradient, biasGradient);
  }

  double compileMilliseconds() const override { return kernel.compileMilliseconds; }

  double step(int64_t first) override {
    double total = 0;
    if (perImage)
      for (int64_t i = first; i < first + task.batch; ++i)
        total += accumulate(i, 1);
    else
      total = accumulate(first, task.batch);
    ascend(weights, weightGradient);
    ascend(biases, biasGradient);
    return total;
  }

  Parameters parameters() const override {
    auto values = [](const Array &array) {
      return std::vector<float>(array.values<float>(), array.values<float>() + array.elementCount());
    };
    return {values(weights), values(biases)};
  }

private:
  /// The log likelihood of some images; step * gradient is added to the accumulators.
  double accumulate(int64_t first, int64_t count) {
    int64_t pixels = task.images->pixels;
    auto *x = const_cast<float *>(task.images->images.data()) + first * pixels;
    auto *y = const_cast<int64_t *>(task.images->labels.data()) + first;
    Shape images = perImage ? Shape{pixels} : Shape{count, pixels},
          labels = perImage ? Shape{} : Shape{count};
    call->set(argument, Role::argument, Array::view(x, ElementType::f32, images));
    call->set(choice, Role::choice, Array::view(y, ElementType::i64, labels));
    call->run(kernel.run, kernel.workspace, /*seed=*/0, task.step);
    return *call->output("score", Role::score).values<double>();
  }

  static void ascend(const Array &parameter, const Array &increment) {
    float *p = parameter.values<float>(), *g = increment.values<float>();
    for (int64_t i = 0; i < parameter.elementCount(); ++i) {
      p[i] += g[i];
      g[i] = 0;
    }
  }

  Task task;
  Program program;
  std::string argument, choice;
  bool perImage;
  std::string prefix;
  Array weights, biases, weightGradient, biasGradient;
  KernelHandle kernel;
  std::unique_ptr<Call> call;
};

class PerImage : public GenfuseSide {
public:
  PerImage(const Task &task, const Parameters &initial)
      : GenfuseSide(task, initial, digitModel(), "x", "y", true) {}
  char letter() const override { return 'c'; }
  std::string name() const override { return "genfuse, one kernel call an image"; }
};

class Batched : public GenfuseSide {
public:
  Batched(const Task &task, const Parameters &initial)
      : GenfuseSide(task, initial, digitsModel(), "xs", "image/*/y", false) {}
  char letter() const override { return 'd'; }
  std::string name() const override { return "genfuse, one-image model batched"; }
};

class ByHand : public GenfuseSide {
public:
  ByHand(const Task &task, const Parameters &initial)
      : GenfuseSide(task, initial, digitsByHandModel(), "xs", "image/*/y", false) {}
  char letter() const override { return 'e'; }
  std::string name() const override { return "genfuse, model written over the batch"; }
};

} // namespace

std::unique_ptr<Side> makeGenfusePerImage(const Task &task, const Parameters &initial) {
  return std::make_unique<PerImage>(task, initial);
}
std::unique_ptr<Side> makeGenfuseBatched(const Task &task, const Parameters &initial) {
  return std::make_unique<Batched>(task, initial);
}
std::unique_ptr<Side> makeGenfuseByHand(const Task &task, const Parameters &initial) {
  return std::make_unique<ByHand>(task, initial);
}

} // namespace genfuse::bench

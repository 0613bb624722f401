// Dense layers of growing width: value and gradients of a network of one hidden layer over a batch, from the
// model of one row. Sides: all products in generated loops, large products handed to a GEMM library, LibTorch
// in eager mode. Answers are compared before anything is measured; the sides take turns, the least time
// counts.
//   genfuse_dense_bench [--batch 512] [--inputs 784] [--widths 32,64,...] [--threads 1] [--rounds 15]
#include "bench/dense/Dense.h"
#include "codegen/Program.h"
#include "frontend/genfuse.h"
#include "runtime/Error.h"
#include "runtime/Executor.h"
#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace genfuse::bench {

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  int64_t batch = 512, inputs = 784, threads = 1;
  std::vector<int64_t> widths = {16, 32, 64, 128, 256, 512, 1024};
  int rounds = 15;
  bool deep = false;
  int64_t size = DenseData::classes + 1;
};

std::string gradients(const DenseData &data) {
  return data.deep ? "gradient(W, b, U, V, c)" : "gradient(W, b, V, c)";
}

Model network(int64_t inputs, int64_t width, bool deep) {
  return gen("network", {"xs"}, [=](Matrix xs) {
    const auto W = param("W", {width, inputs});
    const auto b = param("b", {width});
    const auto V = param("V", {DenseData::classes, width});
    const auto c = param("c", {DenseData::classes});
    map(
        "row",
        [&](Vector x) {
          Vector hidden = tanh(matvec(W, x) + b);
          if (deep)
            hidden = tanh(matvec(param("U", {width, width}), hidden));
          sample("y", categorical(logits = matvec(V, hidden) + c));
        },
        rows(xs));
  });
}

Array arrayOf(const FloatVector &values, Shape shape) {
  Array array = Array::zeros(ElementType::f32, std::move(shape));
  std::copy(values.begin(), values.end(), array.values<float>());
  return array;
}

Inputs inputsOf(const DenseData &data) {
  Inputs inputs;
  inputs.arguments = {{"xs", arrayOf(data.x, {data.batch, data.inputs})}};
  inputs.parameters = {{"network/W", arrayOf(data.W, {data.width, data.inputs})},
                       {"network/b", arrayOf(data.b, {data.width})},
                       {"network/V", arrayOf(data.V, {DenseData::classes, data.width})},
                       {"network/c", arrayOf(data.c, {DenseData::classes})}};
  if (data.deep)
    inputs.parameters["network/U"] = arrayOf(data.U, {data.width, data.width});
  Array labels = Array::zeros(ElementType::i64, {data.batch});
  std::copy(data.y.begin(), data.y.end(), labels.values<int64_t>());
  inputs.choices.set("row/*/y", labels);
  return inputs;
}

/// A side: runs once, and gives the answer if there is somewhere to put it.
struct Side {
  std::string name;
  std::function<void(DenseAnswer *)> run;
  double least = 1e30;
};

Side generated(const std::string &name, const DenseData &data, const CompileOptions &options,
               Executor *executor) {
  const Program program(network(data.inputs, data.width, data.deep), options);
  RunOptions run;
  run.executor = executor;
  const std::string text = gradients(data);
  const bool deep = data.deep;
  auto bound = std::make_shared<Program::Bound>(program.bind(gradients(data), inputsOf(data), run));
  return {name, [=](DenseAnswer *answer) {
            const Program keep = program;
            if (answer) // gradients of parameters are added to what is there
              *bound = keep.bind(text, inputsOf(data), run);
            bound->run();
            if (!answer)
              return;
            const Outcome outcome = bound->outcome();
            auto numbers = [&](const char *parameter) {
              const Array &array = outcome.parameterGradients.at(parameter);
              return std::vector<float>(array.values<float>(), array.values<float>() + array.elementCount());
            };
            *answer = {outcome.score.values<double>()[0],
                       numbers("network/W"),
                       numbers("network/b"),
                       deep ? numbers("network/U") : std::vector<float>(),
                       numbers("network/V"),
                       numbers("network/c")};
          }};
}

/// The largest difference over the largest element; f32 sums of `batch` products in another order.
double difference(const std::vector<float> &a, const std::vector<float> &b) {
  double worst = 0, largest = 1e-30;
  for (size_t i = 0; i < a.size(); ++i) {
    worst = std::max(worst, std::abs(double(a[i]) - b.at(i)));
    largest = std::max(largest, std::abs(double(b[i])));
  }
  return worst / largest;
}

double compare(const Side &side, const Side &reference) {
  DenseAnswer ours, theirs;
  side.run(&ours);
  reference.run(&theirs);
  double worst = std::abs(ours.value - theirs.value) / std::abs(theirs.value);
  worst =
      std::max({worst, difference(ours.W, theirs.W), difference(ours.b, theirs.b),
                difference(ours.U, theirs.U), difference(ours.V, theirs.V), difference(ours.c, theirs.c)});
  // Both sides round sums of up to 1024 f32 products: 1e-5 is 80 units of the last place.
  if (!(worst < 1e-5))
    throw Error(side.name + ": differs from " + reference.name + " by " + std::to_string(worst));
  return worst;
}

void measure(std::vector<Side> &sides, int rounds) {
  for (int round = 0; round < rounds; ++round)
    for (Side &side : sides) {
      side.run(nullptr); // its memory is warm again
      const auto start = Clock::now();
      side.run(nullptr);
      const double time = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
      side.least = std::min(side.least, time);
    }
}

void row(const Options &options, int64_t width) {
  const DenseData data(options.batch, options.inputs, width, options.deep);
  ThreadPool pool(options.threads);
  Executor *executor = options.threads > 1 ? &pool : nullptr;
  std::vector<Side> sides = {generated("loops", data, {.gemmSize = 0}, executor),
                             generated("handed over", data, {.gemmSize = options.size}, executor),
                             {"LibTorch", torchDense(data, options.threads)}};
  const double worst = std::max(compare(sides[0], sides[2]), compare(sides[1], sides[2]));
  measure(sides, options.rounds);
  const double loops = sides[0].least, handed = sides[1].least, torch = sides[2].least;
  const std::string kernel = Program(network(data.inputs, width, data.deep)).emit("lowered", gradients(data));
  const bool chosen = kernel.find("gf_gemm") != std::string::npos;
  std::printf("| %ld-%ld%s-10 | %.3f | %.3f | %.2f | %.3f | %.2f | %s | %.1e |\n", long(data.inputs),
              long(width), data.deep ? ("-" + std::to_string(width)).c_str() : "", loops, handed,
              handed / loops, torch, (chosen ? handed : loops) / torch, chosen ? "handed over" : "loops",
              worst);
  std::fflush(stdout);
}

} // namespace

DenseData::DenseData(int64_t batch, int64_t inputs, int64_t width, bool deep)
    : batch(batch), inputs(inputs), width(width), deep(deep) {
  uint32_t state = 1;
  auto next = [&] { return static_cast<float>((state = state * 1664525u + 1013904223u) >> 8) / 16777216.0f; };
  auto fill = [&](FloatVector &values, int64_t count, float scale) {
    for (int64_t i = 0; i < count; ++i)
      values.push_back(scale * (next() - 0.5f));
  };
  fill(x, batch * inputs, 1);
  fill(W, width * inputs, 2 / std::sqrt(float(inputs)));
  fill(b, width, 0.1f);
  if (deep)
    fill(U, width * width, 2 / std::sqrt(float(width)));
  fill(V, classes * width, 2 / std::sqrt(float(width)));
  fill(c, classes, 0.1f);
  for (int64_t i = 0; i < batch; ++i)
    y.push_back(static_cast<int64_t>(next() * classes));
}

} // namespace genfuse::bench

int main(int argc, char **argv) {
  genfuse::bench::Options options;
  CLI::App app("Dense layers: generated loops, a GEMM library, LibTorch");
  app.add_option("--batch", options.batch, "rows");
  app.add_option("--inputs", options.inputs, "numbers a row");
  app.add_option("--widths", options.widths, "of the hidden layer")->delimiter(',');
  app.add_option("--gemm-size", options.size,
                 "elements of a matrix, and of its sides up to 33, from which on products are handed over");
  app.add_flag("--deep", options.deep, "a second hidden layer, as wide");
  app.add_option("--threads", options.threads);
  app.add_option("--rounds", options.rounds, "repetitions a side");
  CLI11_PARSE(app, argc, argv);
  try {
    std::printf("| network | loops, ms | handed over, ms | ratio | LibTorch, ms | default / LibTorch | "
                "default | worst "
                "error |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (int64_t width : options.widths)
      genfuse::bench::row(options, width);
  } catch (const genfuse::Error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

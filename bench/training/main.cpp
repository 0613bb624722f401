// The main job: softmax regression on real images of digits, trained in eight ways from the same start.
#include "bench/training/Report.h"
#include "runtime/Error.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

using namespace genfuse;
using namespace genfuse::bench;

namespace {

constexpr const char *sideLetters = "abcdefgh";

struct Options {
  std::string data, json, plot = "training.svg";
  std::vector<std::string> rows;
  std::optional<int64_t> iterations;
  std::optional<float> step;
  std::optional<int64_t> images;
  float adamStep = 1e-3f;
  int64_t batch = 100, perImage = 20;
  int threads = 1;
};

Settings settingsOf(const Options &options) {
  // For MNIST the numbers of GenTF's example (mnist_regression.jl: step 1e-5 on the sum over 100 images,
  // 10,000 steps, W and b from 0, pixels in [0, 1]). They reach an accuracy of 0.87 and are still rising
  // then: 1e-4 gives 0.91, 1e-3 0.92. For the small digits a step that converges within the run.
  bool mnist = !options.data.empty();
  Settings settings;
  settings.iterations = options.iterations.value_or(mnist ? 10000 : 2000);
  settings.step = options.step.value_or(mnist ? 1e-5f : 1e-3f);
  settings.batch = options.batch;
  settings.perImageIterations = std::min(options.perImage, settings.iterations);
  settings.adamStep = options.adamStep;
  for (char letter : std::string(sideLetters))
    if (options.rows.empty() || std::count(options.rows.begin(), options.rows.end(), std::string(1, letter)))
      settings.rows += letter;
  return settings;
}

Dataset readData(const Options &options) {
  if (options.data.empty() && !std::filesystem::exists(GENFUSE_DIGITS ".gz"))
    throw Error("expected the UCI digits at '" GENFUSE_DIGITS
                ".gz', got no such file: run scripts/setup.sh, or name "
                "other data with --data");
  Dataset data = options.data.empty() ? readDigits(GENFUSE_DIGITS) : readMnist(options.data);
  data.training = shuffled(data.training, /*seed=*/1);
  if (options.images)
    data.training = firstRows(data.training, *options.images);
  return data;
}

void writeJson(const Report &report, const std::string &path) {
  std::ofstream file(path);
  file << asJson(report).dump(2) << "\n";
  if (!file.flush())
    throw Error("cannot write the file '" + path + "'");
}

/// Without gnuplot a run is complete all the same, and says so.
void drawObjectives(const Results &results, const std::string &path) {
  if (!canPlot()) {
    std::cerr << "genfuse_training: no picture '" << path << "': gnuplot is not on the path\n";
    return;
  }
  plot(results, path);
  std::cout << "Objectives: " << path << "\n";
}

int work(const Options &options) {
  Dataset data = readData(options);
  Settings settings = settingsOf(options);
  int threads = setThreads(options.threads);
  Results results = train(data.training, settings, showProgress);
  Report report{data, settings, threads, results};
  std::cout << table(report) << std::flush;
  if (!options.json.empty())
    writeJson(report, options.json);
  if (!options.plot.empty())
    drawObjectives(results, options.plot);
  return agrees(results) ? 0 : 1;
}

/// CLI11's own check names the largest double as the upper bound.
CLI::Validator atLeastOne() {
  auto check = [](const std::string &text) -> std::string {
    int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool good = error == std::errc() && end == text.data() + text.size() && value > 0;
    return good ? "" : "expected a whole number above 0, got '" + text + "'";
  };
  return {check, "POSITIVE"};
}

CLI::Validator sideLetter() {
  auto check = [](const std::string &text) -> std::string {
    bool good = text.size() == 1 && std::strchr(sideLetters, text[0]);
    return good ? "" : "expected letters a to h between commas, got '" + text + "'";
  };
  return {check, "ROW"};
}

/// Text of a finite step: nan and inf would train nothing.
CLI::Validator finite() {
  auto check = [](const std::string &text) -> std::string {
    char *end = nullptr;
    float value = std::strtof(text.c_str(), &end);
    return !text.empty() && *end == 0 && std::isfinite(value)
               ? ""
               : "expected a finite number, got '" + text + "'";
  };
  return {check, "FINITE"};
}

} // namespace

int main(int argc, char **argv) {
  Options options;
  const CLI::Validator positive = atLeastOne();
  CLI::App app("Softmax regression on images of digits, trained by LibTorch and by genfuse.");
  app.footer(
      "Rows, by gradient ascent: a LibTorch with autograd, one image at a time; b LibTorch with autograd, "
      "vectorised;\nc genfuse, one kernel call an image; d genfuse, the one-image model batched by the "
      "compiler; e "
      "genfuse, the model\nwritten over the batch; f a torch::nn::Linear whose output feeds genfuse's model "
      "of the "
      "labels.\nRows, by torch::optim::Adam: g the parameters of d; h LibTorch with autograd, vectorised, "
      "the twin "
      "that g is compared with.\nExit codes: 0 done, 1 wrong data or sides that disagree, 2 wrong use of "
      "flags.");
  app.add_option("--data", options.data,
                 "folder with MNIST's four IDX files, gzipped or not (default: UCI digits)");
  app.add_option("--iterations", options.iterations, "steps (default: 10000 for --data, 2000 otherwise)")
      ->check(positive);
  app.add_option("--per-image-iterations", options.perImage, "steps of side a")
      ->check(positive)
      ->capture_default_str();
  app.add_option("--batch", options.batch, "images a step")->check(positive)->capture_default_str();
  app.add_option("--step", options.step,
                 "step on the sum over the batch (default: 1e-5 for --data, 1e-3 otherwise)")
      ->check(finite());
  app.add_option("--adam-step", options.adamStep, "learning rate of Adam")
      ->check(finite())
      ->capture_default_str();
  app.add_option("--images", options.images,
                 "training images to use, the first after shuffling (default: all)")
      ->check(positive);
  app.add_option("--threads", options.threads,
                 "threads of LibTorch; genfuse's kernels run on the calling thread")
      ->check(positive)
      ->capture_default_str();
  app.add_option("--rows", options.rows, "which rows of the table to run, such as a,b,d (default: all)")
      ->delimiter(',')
      ->check(sideLetter());
  app.add_option("--json", options.json, "also write the table as JSON");
  app.add_option("--plot", options.plot, "picture of the objectives, SVG; empty for none")
      ->capture_default_str()
      ->take_last();
  try {
    app.parse(argc, argv);
    for (const std::string &row : options.rows)
      if (std::count(options.rows.begin(), options.rows.end(), row) > 1)
        throw CLI::ValidationError("--rows", "expected each row once, got '" + row + "' twice");
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return work(options);
  } catch (const std::exception &error) {
    std::cerr << "genfuse_training: " << error.what() << "\n";
    return 1;
  }
}

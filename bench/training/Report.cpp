#include "bench/training/Report.h"
#include "bench/training/Measures.h"
#include "runtime/Error.h"
#include <cstdio>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace genfuse::bench {

namespace {

constexpr double tolerance = 1e-4;

/// The side that others are compared with: b, or the first.
const Run &reference(const Results &results) {
  for (const Run &run : results.runs)
    if (run.letter == 'b')
      return run;
  return results.runs.front();
}

/// Difference at the same iteration: the last of the shorter run.
double differenceToReference(const Run &run, const Results &results) {
  const Run &other = reference(results);
  bool same = run.iterations == other.iterations;
  return difference(same ? run.final : run.early, same ? other.final : other.early);
}

/// In single quotes for gnuplot, which doubles those within.
std::string quoted(const std::string &text) {
  std::string result = "'";
  for (char c : text)
    result += c == '\'' ? "''" : std::string(1, c);
  return result + "'";
}

} // namespace

bool agrees(const Results &results) {
  for (const Run &run : results.runs)
    if (!(differenceToReference(run, results) <= tolerance))
      return false;
  return true;
}

std::string table(const Report &report) {
  const Results &results = report.results;
  const Settings &settings = report.settings;
  double base = quantile(reference(results).blockMilliseconds, 0.5);
  std::string text = fmt::format(
      "{}: {} training images of {} pixels, {} held out; batch {}, step {:g} on the sum over the batch, {} "
      "iterations, {} thread{}\n\n",
      report.data.name, report.data.training.count(), report.data.training.pixels,
      report.data.heldOut.count(), settings.batch, settings.step, settings.iterations, report.threads,
      report.threads == 1 ? "" : "s of LibTorch (OpenMP), 1 of genfuse");
  text += fmt::format("{:<2} {:<38} {:>10} {:>19} {:>8} {:>11} {:>10} {:>14} {:>9} {:>10}\n", "", "side",
                      "iterations", "ms/iter (10%..90%)", "median", "ratio to b", "compile ms",
                      "log likelihood", "accuracy", "difference");
  for (const Run &run : results.runs) {
    double median = quantile(run.blockMilliseconds, 0.5);
    Evaluation training = evaluate(report.data.training, run.final);
    Evaluation heldOut = evaluate(report.data.heldOut, run.final);
    text += fmt::format("{:<2} {:<38} {:>10} {:>8.4f} .. {:>7.4f} {:>8.4f} {:>11.3f} {:>10.1f} {:>14.2f} "
                        "{:>9.4f} {:>10.1e}\n",
                        run.letter, run.name, run.iterations, quantile(run.blockMilliseconds, 0.1),
                        quantile(run.blockMilliseconds, 0.9), median, median / base, run.compileMilliseconds,
                        training.logLikelihood, heldOut.accuracy, differenceToReference(run, results));
  }
  text += fmt::format(
      "\nLog likelihood of the training images and accuracy on the held-out ones are those of the "
      "final parameters; a side with fewer iterations\nis compared at its last one. Difference: "
      "largest |parameter - b's| over the largest |parameter of b|, of weights and of biases, at most {:g}: "
      "{}.\n",
      tolerance, agrees(results) ? "all sides agree" : "SIDES DISAGREE");
  return text;
}

nlohmann::json asJson(const Report &report) {
  nlohmann::json sides = nlohmann::json::array();
  double base = quantile(reference(report.results).blockMilliseconds, 0.5);
  for (const Run &run : report.results.runs) {
    double median = quantile(run.blockMilliseconds, 0.5);
    sides.push_back({{"side", std::string(1, run.letter)},
                     {"name", run.name},
                     {"iterations", run.iterations},
                     {"median_ms", median},
                     {"p10_ms", quantile(run.blockMilliseconds, 0.1)},
                     {"p90_ms", quantile(run.blockMilliseconds, 0.9)},
                     {"ratio_to_b", median / base},
                     {"compile_ms", run.compileMilliseconds},
                     {"log_likelihood", evaluate(report.data.training, run.final).logLikelihood},
                     {"accuracy", evaluate(report.data.heldOut, run.final).accuracy},
                     {"difference", differenceToReference(run, report.results)}});
  }
  return {{"data", report.data.name},
          {"pixels", report.data.training.pixels},
          {"batch", report.settings.batch},
          {"step", report.settings.step},
          {"threads", report.threads},
          {"iterations", report.settings.iterations},
          {"sides", sides}};
}

bool canPlot() { return std::system("command -v gnuplot > /dev/null 2>&1") == 0; }

void plot(const Results &results, const std::string &path) {
  FILE *pipe = popen("gnuplot", "w");
  if (!pipe)
    throw Error("cannot start gnuplot");
  std::string script =
      "set terminal svg size 900,500 background 'white'\nset output " + quoted(path) +
      "\nset title 'Log likelihood of the batch'\nset xlabel 'iteration'\nset key bottom right\nset "
      "grid\nplot ";
  for (size_t i = 0; i < results.runs.size(); ++i)
    script += fmt::format("{}'-' with lines lw 2 dt {} title '{}: {}'", i ? ", " : "", i + 1,
                          results.runs[i].letter, results.runs[i].name);
  script += "\n";
  for (const Run &run : results.runs) {
    for (auto [iteration, value] : run.objective)
      script += fmt::format("{} {}\n", iteration, value);
    script += "e\n";
  }
  std::fputs(script.c_str(), pipe);
  if (pclose(pipe) != 0)
    throw Error("gnuplot could not write '" + path + "'");
}

void showProgress(double done) {
  if (!isatty(STDERR_FILENO))
    return;
  constexpr int width = 50;
  int filled = static_cast<int>(done * width);
  std::fprintf(stderr, "\r[%s%s] %3d %%%s", std::string(filled, '#').c_str(),
               std::string(width - filled, ' ').c_str(), static_cast<int>(done * 100), done >= 1 ? "\n" : "");
  std::fflush(stderr);
}

} // namespace genfuse::bench

#include "bench/training/Report.h"
#include "bench/training/Measures.h"
#include "runtime/Error.h"
#include <cmath>
#include <cstdio>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace genfuse::bench {

namespace {

/// Of parameters by gradient ascent, and of the log likelihood by Adam: Adam divides by the size of a
/// gradient, also where that is rounding, so that parameters whose gradients cancel may differ by whole
/// steps.
constexpr double ascentTolerance = 1e-4, adamTolerance = 1e-5;

double toleranceOf(const Run &run) {
  return run.optimiser == Optimiser::adam ? adamTolerance : ascentTolerance;
}

/// The side that a run is compared with: LibTorch with the same optimiser (b, h), or the first that has it.
const Run &reference(const Run &run, const Results &results) {
  const Run *first = nullptr;
  for (const Run &other : results.runs) {
    if (other.optimiser != run.optimiser)
      continue;
    if (other.letter == 'b' || other.letter == 'h')
      return other;
    first = first ? first : &other;
  }
  return *first;
}

double median(const Run &run) { return quantile(run.blockMilliseconds, 0.5); }

/// Of the parameters, relative, at the same iteration: the last of the shorter run.
double parameterDifference(const Run &run, const Results &results) {
  const Run &other = reference(run, results);
  bool same = run.iterations == other.iterations;
  return difference(same ? run.final : run.early, same ? other.final : other.early);
}

double logLikelihoodDifference(const Run &run, const Results &results) {
  const Run &other = reference(run, results);
  return std::fabs(run.logLikelihood - other.logLikelihood) / std::fabs(other.logLikelihood);
}

/// What the tolerance of a run's optimiser is about.
double differenceToReference(const Run &run, const Results &results) {
  return run.optimiser == Optimiser::adam ? logLikelihoodDifference(run, results)
                                          : parameterDifference(run, results);
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
    if (!(differenceToReference(run, results) <= toleranceOf(run)))
      return false;
  return true;
}

std::string table(const Report &report) {
  const Results &results = report.results;
  const Settings &settings = report.settings;
  std::string text = fmt::format("{}: {} training images of {} pixels, {} held out; batch {}, step {:g} on "
                                 "the sum over the batch (Adam: "
                                 "{:g}), {} iterations, {} thread{}\n\n",
                                 report.data.name, report.data.training.count(), report.data.training.pixels,
                                 report.data.heldOut.count(), settings.batch, settings.step,
                                 settings.adamStep, settings.iterations, report.threads,
                                 report.threads == 1 ? "" : "s of LibTorch (OpenMP), 1 of genfuse");
  text += fmt::format("{:<2} {:<46} {:>10} {:>19} {:>8} {:>10} {:>10} {:>14} {:>9} {:>10}\n", "", "row",
                      "iterations", "ms/iter (10%..90%)", "median", "ratio to", "compile ms",
                      "log likelihood", "accuracy", "difference");
  for (const Run &run : results.runs) {
    const Run &base = reference(run, results);
    Evaluation heldOut = evaluate(report.data.heldOut, run.final);
    text += fmt::format("{:<2} {:<46} {:>10} {:>8.4f} .. {:>7.4f} {:>8.4f} {:>8.3f} {} {:>10.1f} {:>14.2f} "
                        "{:>9.4f} {:>10.1e}\n",
                        run.letter, run.name, run.iterations, quantile(run.blockMilliseconds, 0.1),
                        quantile(run.blockMilliseconds, 0.9), median(run), median(run) / median(base),
                        base.letter, run.compileMilliseconds, run.logLikelihood, heldOut.accuracy,
                        differenceToReference(run, results));
  }
  text += fmt::format(
      "\nLog likelihood of the training images and accuracy on the held-out ones are those of the final "
      "parameters. Ratio and difference are to the\nrow named: LibTorch with the same optimiser, where it "
      "runs; a "
      "row with fewer iterations is compared at its last one. Difference: largest\n|parameter - its| over "
      "the "
      "largest |parameter of it|, of weights and of biases, at most {:g}; by Adam that of the log "
      "likelihood, "
      "relative,\nat most {:g}: {}.\n",
      ascentTolerance, adamTolerance, agrees(results) ? "all rows agree" : "ROWS DISAGREE");
  return text;
}

nlohmann::json asJson(const Report &report) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Run &run : report.results.runs) {
    const Run &base = reference(run, report.results);
    rows.push_back({{"row", std::string(1, run.letter)},
                    {"name", run.name},
                    {"iterations", run.iterations},
                    {"optimiser", run.optimiser == Optimiser::adam ? "adam" : "ascent"},
                    {"median_ms", median(run)},
                    {"p10_ms", quantile(run.blockMilliseconds, 0.1)},
                    {"p90_ms", quantile(run.blockMilliseconds, 0.9)},
                    {"reference", std::string(1, base.letter)},
                    {"ratio", median(run) / median(base)},
                    {"compile_ms", run.compileMilliseconds},
                    {"log_likelihood", run.logLikelihood},
                    {"accuracy", evaluate(report.data.heldOut, run.final).accuracy},
                    {"parameter_difference", parameterDifference(run, report.results)},
                    {"log_likelihood_difference", logLikelihoodDifference(run, report.results)},
                    {"difference", differenceToReference(run, report.results)},
                    {"tolerance", toleranceOf(run)}});
  }
  return {{"data", report.data.name},
          {"pixels", report.data.training.pixels},
          {"batch", report.settings.batch},
          {"step", report.settings.step},
          {"adam_step", report.settings.adamStep},
          {"threads", report.threads},
          {"iterations", report.settings.iterations},
          {"agree", agrees(report.results)},
          {"rows", rows}};
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
    script += fmt::format("{}'-' with lines lw 2 dt {} title {}", i ? ", " : "", i + 1,
                          quoted(fmt::format("{}: {}", results.runs[i].letter, results.runs[i].name)));
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

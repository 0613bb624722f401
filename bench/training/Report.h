// What a run shows: a table, a JSON file, a picture, a progress bar.
#pragma once

#include "bench/training/Training.h"
#include <nlohmann/json_fwd.hpp>

namespace genfuse::bench {

struct Report {
  const Dataset &data;
  const Settings &settings;
  int threads; ///< as LibTorch counts them
  const Results &results;
};

/// The table, as text. The last line says whether all rows agree.
std::string table(const Report &report);
nlohmann::json asJson(const Report &report);
/// True if all rows agree with LibTorch's of the same optimiser: their parameters at the same iteration to
/// 1e-4 relative; by Adam the log likelihoods of the training images to 1e-5.
bool agrees(const Results &results);

/// Whether gnuplot is there.
bool canPlot();

/// Writes the objectives as SVG with gnuplot. Throws genfuse::Error if gnuplot fails.
void plot(const Results &results, const std::string &path);

/// Draws on standard error if that is a terminal.
void showProgress(double done);

} // namespace genfuse::bench

// What a run found, as text and as JSON.
#pragma once

#include "bench/speed/Measure.h"
#include <string>

namespace genfuse::bench {

struct Row {
  Case work;
  Times times;
};

/// Lines of a table: times, ratios, whether the bar is met.
std::string header();
std::string line(const Row &row);
std::string line(const Check &check);

/// Versions of what code comes from, checks, and rows with times in milliseconds.
std::string asJson(const std::vector<Check> &checks, const std::vector<Row> &rows);

} // namespace genfuse::bench

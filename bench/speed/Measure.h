// Times of the sides of a case, by Google Benchmark.
#pragma once

#include "bench/speed/Case.h"
#include <map>

namespace genfuse::bench {

/// Milliseconds of one unit of work, by side.
using Times = std::map<std::string, double>;

/// Runs the repetitions of all sides in a random order and keeps the least time of each: CPU time where there
/// is one thread, else real time. Errors: a side that was not measured.
Times measure(const Case &work, int repetitions, double secondsPerRepetition);

/// To be called once, before anything is measured.
void initialiseMeasurements();

} // namespace genfuse::bench

// What is measured: a workload at a size, on a number of threads, for a CPU level, done by several sides.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace genfuse::bench {

/// One way to do the work. The first of a case is what the others are compared with.
struct Side {
  std::string name;
  std::function<void()> run;
  /// How many units of work (steps of training) one run does; times are given for one unit.
  int64_t units = 1;
};

/// Names of sides that the tables know; others are context.
inline const std::string generatedSide = "generated", limitSide = "limit", torchSide = "LibTorch";

struct Case {
  std::string workload;                    ///< W1
  std::string size;                        ///< 10000
  int64_t threads = 1;                     ///< of every side
  std::string target = "native";           ///< of the generated and of the limit's code: native or x86-64-v3
  std::map<std::string, double> bars = {}; ///< what generated / a side may be, by side
  std::vector<Side> sides = {};
  std::optional<double> compileMilliseconds = {};
  std::string note = {};

  std::string name() const { return workload + "/" + size + "/" + target + "/" + std::to_string(threads); }
};

/// A comparison of results, done before anything is measured.
struct Check {
  std::string workload, what;
  double error;                                      ///< the worst one, relative as `what` says
  double tolerance;                                  ///< with its reason where the check is made
  bool passed() const { return error <= tolerance; } // false for not-a-number
};

struct Suite {
  std::vector<Check> checks;
  std::vector<Case> cases;
};

/// What is asked for.
struct Settings {
  std::vector<int64_t> threads = {1, 2};
  bool small = false; ///< sizes for a quick check
  bool torch = true;
};

Suite importanceSampling(const Settings &settings);
Suite hmc(const Settings &settings);
Suite logistic(const Settings &settings);
Suite softmax(const Settings &settings);
Suite particleFilter(const Settings &settings);

} // namespace genfuse::bench

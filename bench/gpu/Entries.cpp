#include "Entries.h"

namespace genfuse::gpu {
namespace {

constexpr auto f32 = Precision::f32, f64 = Precision::f64;
constexpr auto single = Mapping::single, instances = Mapping::instances, elements = Mapping::elements;

using Sizes = std::map<std::string, int64_t>;

/// Logistic regression of bench/threads, 100,000 rows of 20: the memory of the device is what counts.
Sizes logisticSizes() { return {{"xs.0", 100000}, {"xs.1", 20}, {"w.0", 20}}; }

std::vector<Entry> makeEntries() {
  // clang-format off
  std::vector<Entry> all = {
      // Draws of each distribution that a plate-free model has, one instance a thread.
      {"simulate-m1p", "cases", "M1p", "simulate()", f32, instances, 1, 10007, {}, 3, true},
      {"simulate-nest", "cases", "NEST", "simulate()", f64, instances, 1, 10007, {}, 3, true},
      {"simulate-sb", "cases", "SB", "simulate()", f32, instances, 1, 10007, {}, 20},
      {"simulate-sb-f64", "cases", "SB", "simulate()", f64, instances, 32, 257, {}, 20},
      {"simulate-pl", "cases", "PL", "simulate()", f32, single, 128, 1, {{"s.0", 1000003}}},
      {"simulate-ragged", "changes", "ragged", "simulate()", f32, elements, 32, 37,
       {{"x.0", 1009}, {"offsets.0", 38}}},
      {"simulate-logistic", "threads", "logistic", "simulate()", f32, single, 128, 1, logisticSizes()},
      {"simulate-digits", "digits", "digits", "simulate()", f32, single, 64, 1,
       {{"xs.0", 1009}, {"xs.1", 784}}},
      // Values and gradients, in each mapping and width of groups.
      {"assess-nested", "threads", "nested", "assess()", f64, elements, 32, 37, {{"s.0", 101}, {"s.1", 67}}},
      {"gradient-pl-none", "cases", "PL", "gradient(mu)", f32, single, 32, 1, {{"s.0", 0}}, 3, true},
      {"gradient-pl-one", "cases", "PL", "gradient(mu)", f64, single, 64, 1, {{"s.0", 1}}, 3, true},
      {"gradient-pl-odd", "cases", "PL", "gradient(mu)", f32, single, 256, 1, {{"s.0", 10007}}, 3, true},
      {"gradient-pl-threads", "cases", "PL", "gradient(mu)", f32, instances, 1, 4099, {{"s.0", 1009}}},
      {"gradient-pl-warps", "cases", "PL", "gradient(mu)", f32, elements, 32, 257, {{"s.0", 1009}}, 3, true},
      {"gradient-pl-blocks", "cases", "PL", "gradient(mu)", f64, elements, 1024, 17, {{"s.0", 10007}}},
      {"gradient-digits", "digits", "digits", "gradient(digit/W, digit/b)", f32, single, 256, 1,
       {{"xs.0", 1009}, {"xs.1", 784}}, 10},
      {"gradient-logistic-thread", "threads", "logistic", "gradient(w)", f32, single, 1, 1, logisticSizes()},
      {"gradient-logistic-warp", "threads", "logistic", "gradient(w)", f32, single, 32, 1, logisticSizes()},
      {"gradient-logistic-block", "threads", "logistic", "gradient(w)", f32, single, 128, 1, logisticSizes()},
      {"gradient-logistic-f64", "threads", "logistic", "gradient(w)", f64, single, 32, 1, logisticSizes()},
      // The other operations.
      {"generate-pl", "cases", "PL", "generate(y/*)", f32, single, 128, 1, {{"s.0", 10007}}},
      {"generate-mm", "cases", "MM", "generate(rows/*/y/*)", f32, elements, 32, 37,
       {{"s.0", 1009}, {"s_offsets.0", 38}}, 3, true},
      {"gradient-mm", "cases", "MM", "gradient(rows/*/m)", f64, single, 64, 1,
       {{"s.0", 100003}, {"s_offsets.0", 1010}}},
      {"update-pl", "cases", "PL", "update(mu, y/*; args: s~)", f32, single, 128, 1, {{"s.0", 10007}}},
      {"update-nested", "changes", "nested", "update(rows/*/m)", f64, instances, 1, 257,
       {{"s.0", 53}, {"s.1", 11}}, 3, true},
      {"regenerate-pl", "cases", "PL", "regenerate(mu, y/*)", f32, single, 32, 1, {{"s.0", 10007}}, 3, true},
      {"regenerate-local", "changes", "local", "regenerate(rows/*/m)", f64, elements, 32, 37,
       {{"s.0", 1009}, {"x.0", 1009}}},
      {"update-local", "changes", "local", "update(rows/[]/y)", f32, single, 32, 1,
       {{"s.0", 10007}, {"x.0", 10007}, {"rows/[].0", 101}}, 3, true},
  };
  // clang-format on
  return all;
}

} // namespace

const std::vector<Entry> &entries() {
  static const std::vector<Entry> all = makeEntries();
  return all;
}

} // namespace genfuse::gpu

// What a bundle holds: calls of kernels, with sizes.
#pragma once
#include "passes/Pipelines.h"
#include <map>
#include <string>
#include <vector>

namespace genfuse::gpu {

struct Entry {
  std::string name;            ///< of its folder
  std::string model, function; ///< a file of tests/models without its ending, and a gen.func in it
  std::string request;
  Precision real;
  Mapping mapping;
  int64_t width; ///< threads of a group
  int64_t instances;
  std::map<std::string, int64_t> sizes; ///< of the symbols of its signature
  int64_t integers = 3;                 ///< integers of the inputs are below this
  bool quick = false;                   ///< in the bundle that the tests make
};

const std::vector<Entry> &entries();

} // namespace genfuse::gpu

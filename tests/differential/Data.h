// Inputs of an experiment: values for one instance at a time as the reference reads them, and arrays for all
// instances as programs read them.
#pragma once

#include "codegen/Program.h"
#include "tests/differential/Plan.h"
#include "tests/differential/Random.h"
#include "tests/reference/Interface.h"

namespace genfuse::differential {

/// A value that depends on the seed, the name and the instance only: it stays when other names go.
class ValueSource {
public:
  ValueSource(uint64_t seed, bool single) : seed(seed), single(single) {}

  reference::Tensor real(const std::string &name, int64_t instance, const std::vector<int64_t> &shape) const;
  reference::Tensor integer(const std::string &name, int64_t instance,
                            const std::vector<int64_t> &shape) const;
  reference::Tensor boolean(const std::string &name, int64_t instance) const;
  /// A value inside the support, where the density is not small; no sample of the distribution.
  reference::Tensor choice(const reference::Site &site, int64_t instance) const;

private:
  reference::Tensor simplex(Random &random, const std::vector<int64_t> &shape) const;
  double rounded(double value) const {
    return single ? static_cast<double>(static_cast<float>(value)) : value;
  }
  uint64_t seed;
  bool single; ///< values are floats
};

/// The addresses of a leaf's elements, in order: `y/0`, `y/1`, ..., `rows/2/y/0`
std::vector<std::string> addressesOf(const Leaf &leaf);

/// `shape`, with the instances last if there are any (0: none), filled from one tensor an instance.
Array arrayOf(const std::vector<reference::Tensor> &each, Scalar scalar, Precision real,
              std::vector<int64_t> shape, int64_t instances);

/// All values of a leaf, from one map of values an instance.
Array leafArray(const Leaf &leaf, const std::vector<reference::Values> &each, Precision real,
                int64_t instances);

/// One instance's part of an array of that shape, with or without instances.
reference::Tensor tensorOf(const Array &array, const std::vector<int64_t> &shape, int64_t instance);

/// Adds one instance's values of a leaf.
void addLeaf(const Leaf &leaf, const Array &array, int64_t instance, reference::Values &values);

} // namespace genfuse::differential

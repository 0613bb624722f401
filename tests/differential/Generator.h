// Random valid models over the constructs that the compiler has so far.
#pragma once

#include "tests/differential/Plan.h"
#include "tests/differential/Random.h"

namespace genfuse::differential {

/// How large a model gets.
struct Extent {
  int statements = 5;   ///< of the model's body
  int depth = 3;        ///< of an expression
  double ragged = 0.25; ///< the probability of rows of different lengths
};

/// A model with scalars, vectors and matrices, plates (draws in at most two nested ones), rows of ragged
/// data, calls, parameters, captured values, computed indices, selects and sums of products, and choices of
/// every distribution. Values stay moderate: each expression carries a bound on its size and is scaled down
/// when that grows, and the parameters of distributions are brought into their domain by smooth functions.
Plan generate(Random &random, const Extent &extent = {});

} // namespace genfuse::differential

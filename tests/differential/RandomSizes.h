// Sizes of experiments, and how they change in an update.
#pragma once

#include "tests/differential/Plan.h"
#include "tests/differential/Random.h"

namespace genfuse::differential {

/// Whether a ragged plan may have these rows: some of its symbols must not be 0.
bool fitsRows(const Plan &plan, const std::vector<int64_t> &offsets);

/// Gives the plan's ragged data these rows. Expects that they fit.
void setRows(const Plan &plan, Sizes &sizes, std::vector<int64_t> offsets);

/// Offsets of rows with these lengths.
std::vector<int64_t> offsetsOf(const std::vector<int64_t> &lengths);
std::vector<int64_t> lengthsOf(const std::vector<int64_t> &offsets);

/// A size for each symbol of the model, and rows; `small` where the reference runs once for each element.
Sizes randomSizes(const Plan &plan, Random &random, bool small);

/// Other sizes: of one symbol, or rows that are longer, shorter, gone or new.
Sizes changedSizes(const Plan &plan, const Sizes &sizes, Random &random);

} // namespace genfuse::differential

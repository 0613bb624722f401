// Edits of a plan that leave it valid.
#pragma once

#include "tests/differential/Plan.h"

namespace genfuse::differential {

/// Where a statement is: a function, and positions in nested bodies.
struct Place {
  size_t function = 0;
  std::vector<size_t> path;
};

/// All statements, later ones first: they are used by fewer others.
std::vector<Place> placesOf(const Plan &plan);
const Node &nodeAt(const Plan &plan, const Place &place);

/// Removes a statement; results that are used become constants. Without a row, what was as long as it is as
/// long as all rows: a ragged plate becomes a regular one. False if a constant would have to become one.
bool removeNode(Plan &plan, const Place &place);

/// Uses of a statement's result become uses of its operand `number`, which has the same type; false if not.
bool replaceByOperand(Plan &plan, const Place &place, size_t number);

/// Removes what nothing uses: deterministic statements, parameters, plates without choices, results of
/// plates, arguments, and functions that are not called.
void removeUnused(Plan &plan);

} // namespace genfuse::differential

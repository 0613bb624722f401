#include "tests/differential/RandomSizes.h"
#include <algorithm>

namespace genfuse::differential {

bool fitsRows(const Plan &plan, const std::vector<int64_t> &offsets) {
  bool rows = offsets.size() > 1, elements = offsets.back() > 0;
  return (rows || !plan.notEmpty[plan.ragged->rows]) && (elements || !plan.notEmpty[plan.ragged->total]);
}

void setRows(const Plan &plan, Sizes &sizes, std::vector<int64_t> offsets) {
  sizes.symbols[plan.ragged->rows] = static_cast<int64_t>(offsets.size()) - 1;
  sizes.symbols[plan.ragged->total] = offsets.back();
  sizes.offsets = std::move(offsets);
}

std::vector<int64_t> offsetsOf(const std::vector<int64_t> &lengths) {
  std::vector<int64_t> offsets{0};
  for (int64_t length : lengths)
    offsets.push_back(offsets.back() + length);
  return offsets;
}

std::vector<int64_t> lengthsOf(const std::vector<int64_t> &offsets) {
  std::vector<int64_t> lengths;
  for (size_t i = 0; i + 1 < offsets.size(); ++i)
    lengths.push_back(offsets[i + 1] - offsets[i]);
  return lengths;
}

/// Rows of which some are empty, and one is not where the plan asks for that.
static std::vector<int64_t> fitting(const Plan &plan, std::vector<int64_t> lengths) {
  if (!fitsRows(plan, offsetsOf(lengths)))
    lengths.push_back(1);
  return offsetsOf(lengths);
}

static std::vector<int64_t> randomLengths(Random &random, bool small) {
  static const std::vector<int64_t> counts = {0, 1, 2, 3, 5, 9}, longer = {0, 0, 1, 2, 3, 8, 9, 17},
                                    shorter = {0, 1, 2, 3};
  std::vector<int64_t> lengths;
  int64_t rows = small ? random.below(4) : random.pick(counts), room = small ? 9 : 40;
  for (int64_t i = 0; i < rows; ++i) {
    lengths.push_back(std::min(room, random.pick(small ? shorter : longer)));
    room -= lengths.back();
  }
  return lengths;
}

Sizes randomSizes(const Plan &plan, Random &random, bool small) {
  // None, one, a tail, whole vectors of 8 lanes, both, several vectors.
  static const std::vector<int64_t> sizes = {0, 1, 2, 3, 5, 8, 9, 17, 33};
  Sizes result;
  int64_t product = 1;
  for (bool notEmpty : plan.notEmpty) {
    int64_t size = random.pick(sizes);
    if (product * size > 160)
      size = 2;
    product *= std::max<int64_t>(size, 1);
    result.symbols.push_back(notEmpty ? std::max<int64_t>(size, 1) : size);
  }
  if (small && product > 9)
    for (int64_t &size : result.symbols)
      size = std::min<int64_t>(size, result.symbols.size() > 1 ? 5 : 17);
  if (plan.ragged)
    setRows(plan, result, fitting(plan, randomLengths(random, small)));
  return result;
}

/// Each row stays, grows, shrinks or empties; the last ones may go, others may come.
static std::vector<int64_t> changedLengths(std::vector<int64_t> lengths, Random &random) {
  for (int64_t &length : lengths)
    if (random.chance(0.5))
      length = random.chance(0.2) ? 0 : std::max<int64_t>(0, length + random.below(7) - 3);
  if (random.chance(0.3))
    lengths.resize(random.below(int64_t(lengths.size()) + 1));
  else if (random.chance(0.4))
    for (int64_t i = 1 + random.below(3); i-- > 0;)
      lengths.push_back(random.below(4));
  return lengths;
}

Sizes changedSizes(const Plan &plan, const Sizes &sizes, Random &random) {
  Sizes result = sizes;
  int symbol = static_cast<int>(random.below(int64_t(sizes.symbols.size())));
  if (plan.ragged && (symbol == plan.ragged->rows || symbol == plan.ragged->total || random.chance(0.5))) {
    setRows(plan, result, fitting(plan, changedLengths(lengthsOf(sizes.offsets), random)));
    return result;
  }
  result.symbols[symbol] =
      std::max<int64_t>(plan.notEmpty[symbol], sizes.symbols[symbol] + random.below(7) - 3);
  return result;
}

} // namespace genfuse::differential

#include "runtime/Nearest.h"
#include <algorithm>
#include <numeric>

namespace genfuse {
namespace {

/// The edit distance of Levenshtein, by rows of the usual table.
size_t editDistance(std::string_view first, std::string_view second) {
  std::vector<size_t> row(second.size() + 1);
  std::iota(row.begin(), row.end(), size_t(0));
  for (size_t i = 0; i < first.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < second.size(); ++j) {
      const size_t replaced = diagonal + (first[i] != second[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

} // namespace

std::string nearestOf(std::string_view text, const std::vector<std::string> &candidates) {
  std::string best;
  size_t least = 0;
  for (const std::string &candidate : candidates)
    if (const size_t distance = editDistance(text, candidate); best.empty() || distance < least) {
      best = candidate;
      least = distance;
    }
  return best;
}

} // namespace genfuse

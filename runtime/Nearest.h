// The known name that a mistyped one was probably meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace genfuse {

/// The candidate with the fewest single-character edits (insert, delete, replace) from `text`, the first of
/// several; empty where there is no candidate.
__attribute__((visibility("default"))) std::string nearestOf(std::string_view text,
                                                             const std::vector<std::string> &candidates);

} // namespace genfuse

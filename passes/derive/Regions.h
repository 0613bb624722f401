// Which elements of plates something is about: one level for each enclosing plate.
#pragma once

#include "passes/derive/Choices.h"

namespace genfuse {

/// How the index of one plate runs.
struct Level {
  enum class Kind {
    all,      ///< `*`: every element; while an operation changes the length, those before and after
    listed,   ///< `[]`: a list given at the call
    constant, ///< a number
    added,    ///< `+`: those by which the plate grows
    removed   ///< those by which it shrinks
  };
  Kind kind = Kind::all;
  int64_t number = 0; ///< of a constant

  friend bool operator==(const Level &, const Level &) = default;
  friend auto operator<=>(const Level &, const Level &) = default;
};

using Region = std::vector<Level>;

/// The smallest region of this form that contains both, which enclose the same plates.
Region join(const Region &left, const Region &right);

/// The region at a depth: levels are added (all elements) or left out.
Region atDepth(Region region, size_t depth);

/// The pattern of a leaf with its stars replaced by levels, such as `rows/[]/m`.
std::string regionText(llvm::StringRef pattern, const Region &region);

/// The same up to the last level: the plate that it is about, such as `rows/[]`.
std::string plateText(llvm::StringRef pattern, const Region &region);

/// The region that a name such as `rows/[]/m` denotes of the leaf `rows/*/m`; none if it is not one of it.
std::optional<Region> matchRegion(llvm::StringRef pattern, llvm::StringRef name);

} // namespace genfuse

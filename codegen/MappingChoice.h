// Which mapping a call gets, and why.
#pragma once

#include "passes/Pipelines.h"
#include <cstdint>
#include <optional>
#include <string>

namespace genfuse {

struct MappingChoice {
  Mapping mapping = Mapping::single;
  std::string reason; ///< for people: `one instance`
};

/// The mapping of a call with that many instances; `hasBatched` says that an array has a dimension of
/// instances. Errors: `single` forced on more than one.
MappingChoice chooseMapping(std::optional<Mapping> forced, int64_t instances, bool hasBatched);

} // namespace genfuse

#include "codegen/MappingChoice.h"
#include "runtime/Error.h"

namespace genfuse {

MappingChoice chooseMapping(std::optional<Mapping> forced, int64_t instances, bool hasBatched) {
  const std::string many =
      std::to_string(instances) + (hasBatched ? " and an array with a dimension of instances" : "");
  const bool alone = instances == 1 && !hasBatched;
  if (forced == Mapping::single && !alone)
    throw Error("the mapping 'single' takes one instance, got " + many);
  if (forced)
    return {*forced, "it was asked for"};
  if (alone)
    return {Mapping::single, "there is one instance, and no array has a dimension of instances"};
  return {Mapping::instances, instances == 1 ? "an array has a dimension of instances"
                                             : "there are " + std::to_string(instances) + " instances"};
}

} // namespace genfuse

#include "passes/Place.h"

using namespace mlir;

namespace genfuse {

std::string placeOf(Location loc) {
  if (auto file = loc->findInstanceOf<FileLineColLoc>())
    return file.getFilename().str() + ":" + std::to_string(file.getLine()) + ":" +
           std::to_string(file.getColumn());
  return "the model";
}

} // namespace genfuse

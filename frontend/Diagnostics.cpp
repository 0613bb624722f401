// What MLIR reports, as text with the user's line.
#include "frontend/ModelImpl.h"
#include "runtime/Error.h"

using namespace mlir;

namespace genfuse {

std::string placeText(Location location, bool column) {
  if (auto file = dyn_cast<FileLineColLoc>(location)) {
    std::string place = file.getFilename().str();
    if (file.getLine() == 0)
      return place;
    place += ":" + std::to_string(file.getLine());
    return column ? place + ":" + std::to_string(file.getColumn()) : place;
  }
  if (auto name = dyn_cast<NameLoc>(location))
    return placeText(name.getChildLoc(), column);
  if (auto call = dyn_cast<CallSiteLoc>(location))
    return placeText(call.getCallee(), column);
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      if (std::string place = placeText(part, column); !place.empty())
        return place;
  return {};
}

static std::string textAt(const Diagnostic &diagnostic, bool column) {
  std::string place = placeText(diagnostic.getLocation(), column);
  return (place.empty() ? "" : place + ": ") + diagnostic.str();
}

DiagnosticScope::DiagnosticScope(MLIRContext *context, bool columns)
    : lock(lockContext()), handler(context, [this, columns](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() != DiagnosticSeverity::Error || !message.empty())
          return success();
        message = textAt(diagnostic, columns);
        for (const Diagnostic &note : diagnostic.getNotes())
          message += "; note: " + textAt(note, columns);
        return success();
      }) {}

void DiagnosticScope::raise(const std::string &otherwise) const {
  throw Error(message.empty() ? otherwise : message);
}

} // namespace genfuse

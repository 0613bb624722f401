#include "codegen/cpu/ErrorText.h"
#include "runtime/Error.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"

using namespace mlir;

namespace genfuse {

namespace {

std::string textOf(FileLineColLoc place) {
  return place.getFilename().str() + ":" + std::to_string(place.getLine()) + ":" +
         std::to_string(place.getColumn());
}

void keepError(const llvm::DiagnosticInfo *info, void *context) {
  if (info->getSeverity() != llvm::DS_Error)
    return;
  auto &text = *static_cast<std::string *>(context);
  llvm::raw_string_ostream out(text);
  llvm::DiagnosticPrinterRawOStream printer(out);
  out << (text.empty() ? "" : "\n");
  info->print(printer);
}

} // namespace

std::string placeText(Location place) {
  return llvm::TypeSwitch<LocationAttr, std::string>(place)
      .Case([](FileLineColLoc at) { return textOf(at); })
      .Case([](NameLoc at) { return placeText(at.getChildLoc()) + " (" + at.getName().str() + ")"; })
      .Case([](CallSiteLoc at) {
        return placeText(at.getCallee()) + ", called at " + placeText(at.getCaller());
      })
      .Case([](FusedLoc at) { return placeText(at.getLocations().front()); })
      .Default([](LocationAttr) { return "unknown place"; });
}

ErrorText::ErrorText(MLIRContext *context)
    : handler(context, [this](Diagnostic &diagnostic) { return add(diagnostic); }) {}

void ErrorText::raise() const { throw Error(text.empty() ? "code generation failed" : text); }

LogicalResult ErrorText::add(Diagnostic &diagnostic) {
  if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
    return failure();
  text += (text.empty() ? "" : "\n") + placeText(diagnostic.getLocation()) + ": " + diagnostic.str();
  for (Diagnostic &note : diagnostic.getNotes())
    text += "; " + note.str();
  return success();
}

void collectErrors(llvm::LLVMContext &context, std::string &text) {
  context.setDiagnosticHandlerCallBack(keepError, &text);
}

} // namespace genfuse

#include "codegen/aot/Locations.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace genfuse::aot {

void dropFolders(ModuleOp module) {
  AttrTypeReplacer replacer;
  replacer.addReplacement([](FileLineColRange place) -> std::optional<Attribute> {
    auto name =
        StringAttr::get(place.getContext(), llvm::sys::path::filename(place.getFilename().getValue()));
    return FileLineColRange::get(name, place.getStartLine(), place.getStartColumn(), place.getEndLine(),
                                 place.getEndColumn());
  });
  replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true, /*replaceLocs=*/true);
}

} // namespace genfuse::aot

#include "ir/Gen.h"

#include "genfuse/ir/GenDialect.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "genfuse/ir/GenAttrs.cpp.inc"

namespace genfuse::gen {

void GenDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "genfuse/ir/GenAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "genfuse/ir/GenOps.cpp.inc"
      >();
}

} // namespace genfuse::gen

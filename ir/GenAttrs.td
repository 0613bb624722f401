#ifndef GENFUSE_IR_GENATTRS_TD
#define GENFUSE_IR_GENATTRS_TD

include "ir/GenDialect.td"
include "mlir/IR/AttrTypeBase.td"

def Gen_StreamAttr : AttrDef<Gen_Dialect, "Stream"> {
  let mnemonic = "stream";
  let summary = "where a draw finds its random words";
  let description = [{
    `scope` numbers the plate nest that holds the site, `slot` the site within it, both by program order in the
    model, so that they do not depend on what a request constrains. A scope with several draws takes the words
    of one Philox call (four in f32, two in f64) in turn; a scope whose single draw is not in a plate
    (`single`) shares one call among instances (docs/decisions.md, decision 1).
  }];
  let parameters = (ins "int64_t":$scope, "int64_t":$slot, "bool":$single);
  let assemblyFormat = "`<` struct(params) `>`";
}

#endif

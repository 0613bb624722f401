// The choices of a model whose calls are inlined: their addresses, in program order.
#pragma once

#include "ir/Gen.h"
#include <optional>
#include <string>
#include <vector>

namespace genfuse {

/// One random choice of a model: a leaf of its traces.
struct Choice {
  gen::SampleOp op;
  /// Path with a star for each plate index: `rows/*/y/*`.
  std::string pattern;
  /// The enclosing plates, outermost first.
  std::vector<gen::MapOp> plates;
  /// Where its draws find their random words.
  gen::StreamAttr stream;
};

/// All choices in program order. Fails with a diagnostic if two addresses are equal or one is a prefix of
/// another.
mlir::FailureOr<std::vector<Choice>> collectChoices(gen::FuncOp model);

} // namespace genfuse

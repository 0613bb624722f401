// Identifiers of generated CUDA text: from the model's addresses, unique where they are visible.
#pragma once

#include "mlir/IR/Location.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include <string>
#include <vector>

namespace genfuse::cuda {

/// `image/*/y` as `image_y`; never empty, no keyword of C++ or CUDA, and no name of the C library.
std::string identifier(llvm::StringRef address);

/// The address of the random choice or value that a location carries; empty: none.
llvm::StringRef addressOf(mlir::Location place);

/// `model.cpp:12`; empty: unknown.
std::string sourceLine(mlir::Location place);

/// Names of one function, by block: what a block declares may be declared again after it.
class Scopes {
public:
  Scopes() { open(); }
  void open() { scopes.emplace_back(); }
  void close() { scopes.pop_back(); }
  /// `wanted`, or that with a number where it is taken.
  std::string declare(llvm::StringRef wanted);

private:
  bool isTaken(llvm::StringRef name) const;
  std::vector<llvm::StringSet<>> scopes;
};

} // namespace genfuse::cuda

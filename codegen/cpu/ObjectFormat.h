// How an object file lies in the cache.
#pragma once

#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace genfuse {

/// magic, key, length and SHA-256 of the object, the object.
std::string packObject(llvm::StringRef object, llvm::StringRef key);

/// The object of `contents`; none where they are not exactly what packObject made for this key.
std::optional<std::string> unpackObject(llvm::StringRef contents, llvm::StringRef key);

} // namespace genfuse

// Which build of a library is loaded.
#pragma once

#include <string>

namespace genfuse {

/// The build id (ELF note NT_GNU_BUILD_ID: the linker's hash of all that it wrote) of the loaded program or
/// library that `address` lies in, in hexadecimal; empty where the linker gave none. Read from memory: a file
/// that was replaced since it was loaded says nothing about the code that runs.
std::string buildIdAt(const void *address);

/// The build ids of this compiler, of LLVM and of MLIR, joined; empty where one of them has none.
const std::string &compilerBuild();

} // namespace genfuse

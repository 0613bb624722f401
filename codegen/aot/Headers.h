// What a library says about itself: C header, typed C++ header, manifest.
#pragma once

#include "codegen/aot/Library.h"
#include "runtime/Signature.h"
#include <string>
#include <vector>

namespace genfuse::aot {

/// An operation of the library with what the compiler knows of it.
struct Description {
  Operation operation; ///< the request in canonical form, the exported name set
  Signature signature;
  std::vector<std::string> members; ///< identifiers of the arrays
  std::vector<std::string> kernels; ///< of a CUDA device, in the order of their launches; none without cuda
};

struct LibraryDescription {
  std::string name, model;
  LibraryOptions options; ///< the levels in order
  std::vector<Description> operations;
  Signature density;      ///< of `assess()` for one instance
  bool callsGemm = false; ///< some kernel calls libgenfuse_gemm
};

std::string cHeader(const LibraryDescription &library);
std::string cppHeader(const LibraryDescription &library);

/// JSON; runtime/embed/Library.h reads it. Without `identity` it is what the identity is made of.
std::string manifestOf(const LibraryDescription &library, const std::string &identity);

/// `f32 [xs.0, 10, instances]`, and what else a comment about an array says.
std::string describeArray(const ArraySpec &spec, const std::vector<std::string> &symbols);

/// A text with its places `@key@` filled in.
std::string fill(const std::string &text, const std::vector<std::pair<std::string, std::string>> &values);

/// Text for the end of a line: no line feeds or backslashes.
std::string commentText(const std::string &text);

} // namespace genfuse::aot

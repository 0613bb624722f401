// Ahead-of-time libraries: a folder with a library, headers and a manifest, for programs without a compiler.
#pragma once

#include "frontend/Model.h"
#include "passes/Pipelines.h"
#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace genfuse::aot {

/// One operation of a library.
struct Operation {
  std::string request;                ///< `gradient(W, b | image/*/y)`: passes/Request.h
  std::string name = {};              ///< in C: NAME_<name>; empty: made of the request, `gradient_W_b`
  Mapping mapping = Mapping::single;  ///< instances: many traces a call, in the last dimension
  std::vector<std::string> batched{}; ///< arguments with one value per instance
  std::vector<std::string> shared{};  ///< choices that all instances share
};

/// Reads `[name =] request [@ section {; section}]`, where a section is a mapping (instances, elements or
/// single), `batched: names` or `shared: names`: `fit = gradient(mu) @ instances; shared: y/*`. Throws
/// genfuse::Error with what was expected. One text for the command line and for CMake. `mapping` is for texts
/// that name none.
GENFUSE_API Operation parseOperation(const std::string &text, Mapping mapping = Mapping::single);

struct LibraryOptions {
  std::string name; ///< a C identifier: lib<name>.a, <name>.h, prefix of all symbols; empty: the model's
  std::vector<Operation> operations;
  Precision real = Precision::f32;
  /// cpu, and cuda besides: each operation then has an entry for a CUDA device too, and the library holds the
  /// kernels of all operations as one fat binary.
  std::vector<std::string> targets = {"cpu"};
  /// Of x86-64-v3, x86-64-v4, native; in any order. The best that the machine can run is chosen at the first
  /// call.
  std::vector<std::string> cpuLevels = {"x86-64-v3", "x86-64-v4"};
  bool shared = false; ///< lib<name>.so instead of lib<name>.a
  /// Products with matrices of so many elements are calls of lib/libgenfuse_gemm.so, which is then written
  /// beside the library, to be linked with it; 0: none, and a library that needs nothing else
  /// (docs/libraries.md). For operations of one instance on the CPU; one of them must have such a product.
  int64_t gemmSize = 0;
  bool checked = false;      ///< kernels check their data first: NaN, domains of parameters, indices
  unsigned optimisation = 2; ///< of LLVM
  /// Of devices: 90 is sm_90. The fat binary has code for each, and PTX of the newest for later ones.
  std::vector<int> cudaArchitectures = {80, 90, 100};
  /// Makes what a driver loads of CUDA text; `name` is for messages. Empty: a fat binary, by NVRTC and the
  /// program `fatbinary` of a CUDA toolkit.
  std::function<std::string(const std::string &text, const std::string &name)> cudaImage = {};

  /// Whether cuda is among the targets.
  bool cuda() const { return std::find(targets.begin(), targets.end(), "cuda") != targets.end(); }
};

/// Writes below `directory`, which is made if need be:
///   lib/lib<name>.a or lib/lib<name>.so
///   include/<name>.h, include/<name>.hpp   C, and typed C++ over it
///   include/genfuse/...                    what those include
///   <name>.json                            the manifest
///   lib/libgenfuse_gemm.so                 with LibraryOptions::gemmSize
/// The same bytes for the same model, options, compiler and CUDA toolkit. Throws genfuse::Error, and then has
/// changed no file: gemmSize without such a product, a model that does not verify or an unknown address (at
/// the user's line), two operations of one name, an unknown level or target, a folder that cannot be written,
/// no linker for a shared library, no CUDA toolkit or an unknown architecture for the target cuda.
GENFUSE_API void writeLibrary(const Model &model, const LibraryOptions &options,
                              const std::filesystem::path &directory);

/// The files that writeLibrary writes for every model, relative to the directory, in order.
GENFUSE_API std::vector<std::filesystem::path> libraryFiles(const std::string &name, bool shared);

} // namespace genfuse::aot

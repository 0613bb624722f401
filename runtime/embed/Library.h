// Opens a library that was compiled ahead of time: its manifest and its shared library, in this process.
#pragma once

#include "runtime/KernelSource.h"
#include "runtime/Signature.h"
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace genfuse::embed {

/// An operation as the manifest describes it.
struct LibraryOperation {
  std::string name, request; ///< `fit`, `gradient(mu)`
  std::string mapping;       ///< single: one instance a call; instances, elements: any number
  std::vector<std::string> batched, shared;
  std::string symbol; ///< of the C function that checks its call; the kernel is <symbol>_kernel
  std::vector<std::string> members;
  std::vector<std::string> launches; ///< kernels that a call on a CUDA device starts, in order
  Signature signature;
};

/// What a manifest says.
struct LibraryManifest {
  std::string name, model, identity, real;
  bool checked = false;
  std::vector<std::string> targets, cpuLevels;
  std::vector<int> cudaArchitectures; ///< 90: sm_90; none without the target cuda
  std::vector<LibraryOperation> operations;
  Signature density; ///< of `assess()` for one instance

  /// Reads the JSON text, which `where` names in errors. Errors: no JSON, missing members, another ABI
  /// version (with both).
  __attribute__((visibility("default"))) static LibraryManifest parse(const std::string &text,
                                                                      const std::string &where);

  /// By exported name, or by the request where one operation has it. Errors: none or several, with the names
  /// of those that there are.
  __attribute__((visibility("default"))) const LibraryOperation &find(const std::string &operation) const;
};

/// Cheap to copy; the shared library stays open as long as a copy lives. Thread-safe.
class __attribute__((visibility("default"))) Library {
public:
  /// Opens <name>.json and, beside it, lib/lib<name>.so, or the shared library given. Errors: files that are
  /// not there or cannot be read, another ABI version (with both), a manifest that is not that of the
  /// library, a CPU below all levels of the library.
  static Library open(const std::filesystem::path &manifest, const std::filesystem::path &library = {});

  const LibraryManifest &manifest() const;

  /// A kernel for runtime/Call. Errors: an operation that the library does not hold.
  CompiledKernel kernel(const std::string &operation) const;

  /// The same for a CUDA device: it takes pointers to memory of the device, workspace too, and starts its
  /// work on gf_call.stream. Errors: as `kernel`, and a library without the target cuda. That there is no
  /// driver or device is said by a call.
  CompiledKernel cudaKernel(const std::string &operation) const;

  /// The level in use.
  std::string cpuLevel() const;
  /// Uses another level from now on, in the whole process. Errors: one that the library does not hold or this
  /// machine cannot run.
  void useCpuLevel(const std::string &level) const;

private:
  struct Body;
  explicit Library(std::shared_ptr<const Body> body) : body(std::move(body)) {}
  std::shared_ptr<const Body> body;
};

/// The library's kernels of log densities and gradients. Errors of `kernel`: a request that the library does
/// not hold in this form.
__attribute__((visibility("default"))) std::shared_ptr<const KernelSource> kernelsOf(const Library &library);

} // namespace genfuse::embed

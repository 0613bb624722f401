// Machine code of kernels on disk: what some process has compiled, no other compiles again.
#pragma once

#include "codegen/CacheReport.h"
#include "codegen/cpu/Target.h"
#include <mutex>
#include <optional>
#include <string>

namespace genfuse {

/// All that the bytes of an object file depend on, hashed (SHA-256, in hexadecimal): the text of the lowered
/// module, the processor and its features, LLVM's level, imports, and the build of this compiler and of LLVM.
std::string objectKey(llvm::StringRef loweredText, const CpuOptions &options, const CpuTarget &target,
                      llvm::StringRef build);

/// A folder of object files by key. Any number of threads and processes may use one folder: a file appears
/// whole or not at all, and carries its key, its length and a checksum. A file that does not fit them is
/// removed and counts as absent. No member throws: what goes wrong is said by `report`.
class ObjectCache {
public:
  /// `maxBytes` bounds all kernels in the folder; those that were not used for the longest time go first. An
  /// empty `folder` means no cache; a missing one is made, for its owner alone, when there is something to
  /// keep. A folder into which every user of the machine may write is not used: its files are code.
  ObjectCache(std::string folder, int64_t maxBytes);

  bool isOn() const { return !report_.folder.empty(); }

  /// The object of a key. Counts a hit or a miss.
  std::optional<std::string> find(const std::string &key);
  void store(const std::string &key, llvm::StringRef object);

  CacheReport report() const;

private:
  std::string pathOf(const std::string &key) const;
  bool mayBeUsed();
  bool makeFolder();
  bool write(const std::string &path, llvm::StringRef contents);
  void prune();
  void fail(const std::string &what, std::error_code reason);

  mutable std::mutex mutex;
  CacheReport report_;
  int64_t maxBytes;
};

} // namespace genfuse

// llvm/Support/Caching.h and CachePruning.h are not used: they end the process where a disk is full or a
// folder vanishes, take every file for whole, and set handlers of signals.
#include "codegen/cpu/ObjectCache.h"
#include "codegen/cpu/BuildId.h"
#include "codegen/cpu/ObjectFormat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"
#include <filesystem>

namespace fs = std::filesystem;

namespace genfuse {

namespace {

constexpr llvm::StringLiteral prefix = "kernel-";

struct Kept {
  fs::file_time_type used;
  fs::path path;
  int64_t bytes;
  bool operator<(const Kept &other) const { return std::tie(used, path) < std::tie(other.used, other.path); }
};

/// The cache's files, those that are being written too.
std::vector<Kept> filesIn(const std::string &folder) {
  std::vector<Kept> files;
  std::error_code error;
  for (fs::directory_iterator next(folder, error), end; !error && next != end; next.increment(error)) {
    std::error_code gone;
    const auto used = next->last_write_time(gone);
    const auto bytes = gone ? 0 : next->file_size(gone);
    if (!gone && llvm::StringRef(next->path().filename().string()).starts_with(prefix))
      files.push_back({used, next->path(), static_cast<int64_t>(bytes)});
  }
  llvm::sort(files);
  return files;
}

/// Each part with its length before it, so that no two lists of parts are the same bytes.
void add(llvm::SHA256 &hash, llvm::StringRef part) {
  hash.update(std::to_string(part.size()) + ":");
  hash.update(part);
}

} // namespace

std::string objectKey(llvm::StringRef loweredText, const CpuOptions &options, const CpuTarget &target,
                      llvm::StringRef build) {
  llvm::SHA256 hash;
  for (llvm::StringRef part : {build, llvm::StringRef(target.cpu), llvm::StringRef(target.features)})
    add(hash, part);
  add(hash, std::to_string(target.vectorBytes) + " " + std::to_string(target.level) + " " +
                std::to_string(options.optimisation));
  add(hash, llvm::join(options.imports, " "));
  add(hash, loweredText);
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

ObjectCache::ObjectCache(std::string folder, int64_t maxBytes) : maxBytes(maxBytes) {
  report_.folder = std::move(folder);
}

std::string ObjectCache::pathOf(const std::string &key) const {
  return (fs::path(report_.folder) / (prefix.str() + key)).string();
}

CacheReport ObjectCache::report() const {
  std::lock_guard lock(mutex);
  return report_;
}

void ObjectCache::fail(const std::string &what, std::error_code reason) {
  report_.problem = what + ": " + reason.message();
}

bool ObjectCache::mayBeUsed() {
  if (compilerBuild().empty()) {
    report_.problem = "not used, this compiler or its LLVM was linked without a build id";
    return false;
  }
  std::error_code error;
  const fs::file_status status = fs::status(report_.folder, error);
  if (status.type() != fs::file_type::directory ||
      (status.permissions() & fs::perms::others_write) == fs::perms::none)
    return true;
  report_.problem = "not used, every user may write into it";
  return false;
}

std::optional<std::string> ObjectCache::find(const std::string &key) {
  std::lock_guard lock(mutex);
  ++report_.misses;
  if (!isOn() || !mayBeUsed())
    return std::nullopt;
  const std::string path = pathOf(key);
  std::error_code error;
  if (!fs::is_regular_file(path, error))
    return std::nullopt;
  // Volatile: read, not mapped, as another process may cut it short.
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false,
                                            /*IsVolatile=*/true);
  if (!buffer) {
    fail("cannot read '" + path + "'", buffer.getError());
    return std::nullopt;
  }
  std::optional<std::string> object = unpackObject((*buffer)->getBuffer(), key);
  if (!object) {
    fs::remove(path, error);
    return std::nullopt;
  }
  fs::last_write_time(path, fs::file_time_type::clock::now(), error); // in a read-only folder: no harm
  --report_.misses, ++report_.hits;
  return object;
}

bool ObjectCache::makeFolder() {
  if (auto error = llvm::sys::fs::create_directories(report_.folder, /*IgnoreExisting=*/true,
                                                     llvm::sys::fs::owner_all)) {
    fail("cannot make the folder", error);
    return false;
  }
  return true;
}

/// Under another name in the same folder at first.
bool ObjectCache::write(const std::string &path, llvm::StringRef contents) {
  int file = 0;
  llvm::SmallString<128> part;
  if (auto error = llvm::sys::fs::createUniqueFile(path + ".%%%%%%%%", file, part)) {
    fail("cannot write into it", error);
    return false;
  }
  llvm::raw_fd_ostream out(file, /*shouldClose=*/true);
  out << contents;
  out.close();
  std::error_code error = out.error();
  out.clear_error(); // else its destructor ends the process
  if (!error)
    error = llvm::sys::fs::rename(part, path);
  if (!error)
    return true;
  llvm::sys::fs::remove(part);
  if (error != std::errc::no_such_file_or_directory) // another process has dropped it to keep its bound
    fail("cannot write into it", error);
  return false;
}

void ObjectCache::store(const std::string &key, llvm::StringRef object) {
  std::lock_guard lock(mutex);
  const std::string contents = packObject(object, key);
  if (!isOn() || static_cast<int64_t>(contents.size()) > maxBytes)
    return;
  if (mayBeUsed() && makeFolder() && write(pathOf(key), contents))
    prune();
}

void ObjectCache::prune() {
  const std::vector<Kept> files = filesIn(report_.folder);
  int64_t bytes = 0;
  for (const Kept &file : files)
    bytes += file.bytes;
  for (const Kept &file : files) {
    if (bytes <= maxBytes)
      return;
    std::error_code error; // another process may have removed it
    fs::remove(file.path, error);
    bytes -= file.bytes;
  }
}

std::string CacheReport::text() const {
  if (folder.empty())
    return "off";
  std::string line = folder + ": " + std::to_string(hits) + (hits == 1 ? " hit, " : " hits, ") +
                     std::to_string(misses) + (misses == 1 ? " miss" : " misses");
  return problem.empty() ? line : line + "; " + problem;
}

} // namespace genfuse

#include "codegen/aot/Files.h"
#include "runtime/Error.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include <fstream>
#include <unistd.h>

namespace fs = std::filesystem;

namespace genfuse::aot {

namespace {

/// A new folder for what a linker reads and writes.
class Scratch {
public:
  Scratch() {
    llvm::SmallString<128> path;
    if (auto error = llvm::sys::fs::createUniqueDirectory("genfuse", path))
      throw Error("no folder for temporary files can be made: " + error.message());
    folder = path.str().str();
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  std::string file(const std::string &name) const { return (folder / name).string(); }

private:
  fs::path folder;
};

std::string findLinker() {
  for (const char *name : {"ld.lld-22", "ld.lld", "ld"})
    if (auto path = llvm::sys::findProgramByName(name))
      return *path;
  throw Error("expected a linker ld.lld-22, ld.lld or ld for a shared library, found none in the search path "
              "(a static library needs none)");
}

void writeFile(const fs::path &path, const std::string &contents) {
  std::ofstream file(path, std::ios::binary);
  if (!file.write(contents.data(), contents.size()).flush())
    throw Error("cannot write the file '" + path.string() + "'");
}

std::string readFile(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

void makeFolder(const fs::path &path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    throw Error("cannot make the folder '" + path.string() + "': " + error.message());
}

} // namespace

std::string archiveOf(const std::string &object, const std::string &member) {
  llvm::NewArchiveMember entry(llvm::MemoryBufferRef(object, member));
  auto archive = llvm::writeArchiveToBuffer(entry, llvm::SymtabWritingMode::NormalSymtab,
                                            llvm::object::Archive::K_GNU, /*Deterministic=*/true,
                                            /*Thin=*/false);
  if (!archive)
    throw Error("the library cannot be written: " + toString(archive.takeError()));
  return (*archive)->getBuffer().str();
}

std::string sharedLibraryOf(const std::string &object, const std::string &fileName,
                            const std::string &needed) {
  const std::string linker = findLinker();
  Scratch scratch;
  const std::string input = scratch.file("library.o"), output = scratch.file(fileName);
  const std::string messages = scratch.file("messages");
  writeFile(input, object);
  llvm::SmallVector<llvm::StringRef> arguments = {
      linker, "-shared",     "--build-id=none", "-z",     "now", "-z",   "relro",
      "-z",   "noexecstack", "-soname",         fileName, "-o",  output, input};
  if (!needed.empty())
    arguments.append({needed, "-rpath", "$ORIGIN"});
  const std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(), llvm::StringRef(messages),
                                                      llvm::StringRef(messages)};
  std::string problem;
  if (llvm::sys::ExecuteAndWait(linker, arguments, std::nullopt, redirects, 0, 0, &problem) != 0)
    throw Error("the linker '" + linker + "' failed: " + problem + readFile(messages));
  return readFile(output);
}

void writeFiles(const fs::path &directory, const std::vector<File> &files) {
  const std::string suffix = ".part" + std::to_string(getpid());
  std::vector<std::pair<fs::path, fs::path>> renames;
  try {
    for (const File &file : files) {
      const fs::path path = directory / file.path;
      makeFolder(path.parent_path());
      if (fs::is_directory(path))
        throw Error("cannot write the file '" + path.string() + "': it is a folder");
      renames.emplace_back(path.string() + suffix, path);
      writeFile(renames.back().first, file.contents);
    }
  } catch (...) {
    std::error_code ignored;
    for (const auto &[part, path] : renames)
      fs::remove(part, ignored);
    throw;
  }
  for (const auto &[part, path] : renames)
    fs::rename(part, path);
}

} // namespace genfuse::aot

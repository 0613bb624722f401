// Archives, shared libraries, and files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace genfuse::aot {

/// A static library with one member. The same bytes for the same object.
std::string archiveOf(const std::string &object, const std::string &member);

/// A shared library, by the linker ld.lld-22, ld.lld or ld of the search path. Throws genfuse::Error with the
/// linker's words, or where there is none. It needs the library `needed`, if that names one, which is looked
/// for beside it.
std::string sharedLibraryOf(const std::string &object, const std::string &fileName,
                            const std::string &needed = "");

struct File {
  std::filesystem::path path; ///< relative
  std::string contents;
};

/// Writes all files, each at first under another name; renames them when all are there. Throws genfuse::Error
/// for one that cannot be written, and has then changed none.
void writeFiles(const std::filesystem::path &directory, const std::vector<File> &files);

} // namespace genfuse::aot

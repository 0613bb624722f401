// A shared library that was just written, open in this process, and calls of its checked functions.
#pragma once

#include "codegen/aot/Library.h"
#include "runtime/Array.h"
#include "runtime/embed/Library.h"
#include "runtime/embed/array.h"
#include "tests/aot/Folder.h"
#include <dlfcn.h>
#include <optional>

namespace genfuse {

/// The status of a call with its message.
struct Answer {
  int64_t status = 0;
  std::string text;
  friend bool operator==(const Answer &, const Answer &) = default;
};

inline void PrintTo(const Answer &answer, std::ostream *out) { *out << answer.status << " " << answer.text; }

class Opened {
public:
  Opened(const Model &model, aot::LibraryOptions options) {
    options.shared = true;
    aot::writeLibrary(model, options, folder.path);
    const std::filesystem::path manifest = folder.path / aot::libraryFiles(options.name, true).back();
    library.emplace(embed::Library::open(manifest));
    handle = dlopen((folder.path / aot::libraryFiles(options.name, true).front()).c_str(), RTLD_NOW);
  }
  ~Opened() { dlclose(handle); }

  const embed::LibraryOperation &operation(const std::string &name) const {
    return library->manifest().find(name);
  }

  template <class Function> Function *find(const std::string &symbol) const {
    return reinterpret_cast<Function *>(dlsym(handle, symbol.c_str()));
  }

  Answer call(const std::string &name, const std::vector<gf_array> &arrays, gf_call call) const {
    return callOf(operation(name).symbol, arrays, call);
  }

  Answer workspace(const std::string &name, const std::vector<gf_array> &arrays, gf_call call) const {
    return workspaceOf(operation(name).symbol, arrays, call);
  }

  Answer callOf(const std::string &symbol, const std::vector<gf_array> &arrays, gf_call call) const {
    char text[1000] = {};
    call.error = text;
    call.error_capacity = sizeof text;
    const int32_t status = find<int32_t(const gf_array *, gf_call *)>(symbol)(arrays.data(), &call);
    return {status, text};
  }

  Answer workspaceOf(const std::string &symbol, const std::vector<gf_array> &arrays, gf_call call) const {
    char text[1000] = {};
    call.error = text;
    call.error_capacity = sizeof text;
    const int64_t bytes =
        find<int64_t(const gf_array *, const gf_call *)>(symbol + "_workspace")(arrays.data(), &call);
    return {bytes, text};
  }

  Folder folder;
  std::optional<embed::Library> library;
  void *handle = nullptr;
};

/// The array as the C functions take it; valid as long as the array lives.
inline gf_array toC(const Array &array) {
  constexpr int32_t types[] = {GF_F32, GF_F64, GF_I64, GF_BOOLEAN}; // in the order of ElementType
  return {array.data(),
          array.shape().data(),
          array.strides().data(),
          static_cast<int32_t>(array.rank()),
          types[static_cast<int>(array.type())],
          GF_HOST,
          0};
}

inline std::vector<gf_array> toC(const std::vector<Array> &arrays) {
  std::vector<gf_array> result;
  for (const Array &array : arrays)
    result.push_back(toC(array));
  return result;
}

} // namespace genfuse

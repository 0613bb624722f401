#include "runtime/embed/Library.h"
#include "runtime/Error.h"
#include <algorithm>
#include <dlfcn.h>
#include <fstream>
#include <map>
#include <sstream>

namespace fs = std::filesystem;

namespace genfuse::embed {

namespace {

std::string readText(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()))
    throw Error("cannot read the file '" + path.string() + "'");
  return text.str();
}

} // namespace

/// The open shared library.
struct Library::Body {
  Body(const fs::path &path, LibraryManifest read) : path(path.string()), manifest(std::move(read)) {
    // A path without a folder would be looked for elsewhere.
    handle.reset(dlopen(fs::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!handle) {
      const char *reason = dlerror();
      throw Error("cannot open the library '" + this->path + "': " + (reason ? reason : "no reason given"));
    }
  }

  template <class Function> Function *find(const std::string &symbol) const {
    void *address = dlsym(handle.get(), symbol.c_str());
    if (!address)
      throw Error("library '" + path + "': expected a function '" + symbol + "', found none");
    return reinterpret_cast<Function *>(address);
  }

  /// Throws where the library is not the one of the manifest.
  void checkBelonging(const std::string &manifestPath, const std::string &text) const {
    const uint32_t version = find<uint32_t()>(manifest.name + "_abi_version")();
    if (version != GF_ABI_VERSION)
      throw Error("library '" + path + "': expected abi version " + std::to_string(GF_ABI_VERSION) +
                  ", got " + std::to_string(version));
    const std::string own = find<const char *()>(manifest.name + "_manifest")();
    if (own == text)
      return;
    const LibraryManifest other = LibraryManifest::parse(own, "library '" + path + "'");
    throw Error("expected a manifest and a library of one compilation, got '" + manifestPath +
                "' of identity " + manifest.identity + " and '" + path + "' of identity " + other.identity +
                (manifest.identity == other.identity ? " (the manifest was changed)" : ""));
  }

  void findKernels() {
    for (const LibraryOperation &operation : manifest.operations) {
      kernels[operation.name] = kernelOf(operation, "_kernel");
      if (holdsCuda())
        cudaKernels[operation.name] = kernelOf(operation, "_cuda_kernel");
    }
  }

  CompiledKernel kernelOf(const LibraryOperation &operation, const std::string &suffix) const {
    return {&operation.signature, find<std::remove_pointer_t<gf_kernel>>(operation.symbol + suffix),
            find<std::remove_pointer_t<gf_workspace>>(operation.symbol + suffix + "_workspace")};
  }

  bool holdsCuda() const {
    return std::find(manifest.targets.begin(), manifest.targets.end(), "cuda") != manifest.targets.end();
  }

  const char *level() const { return find<const char *()>(manifest.name + "_cpu_level")(); }

  void checkLevel() const {
    std::string levels;
    for (const std::string &level : manifest.cpuLevels)
      levels += (levels.empty() ? "" : " or ") + level;
    if (!level())
      throw Error("library '" + path + "': expected a cpu of level " + levels + ", got one below");
  }

  struct Close {
    void operator()(void *handle) const { dlclose(handle); }
  };
  std::string path;
  LibraryManifest manifest;
  std::unique_ptr<void, Close> handle;
  std::map<std::string, CompiledKernel> kernels, cudaKernels;
};

Library Library::open(const fs::path &manifest, const fs::path &library) {
  const std::string text = readText(manifest);
  LibraryManifest read = LibraryManifest::parse(text, "manifest '" + manifest.string() + "'");
  const fs::path path =
      library.empty() ? manifest.parent_path() / "lib" / ("lib" + read.name + ".so") : library;
  auto body = std::make_shared<Body>(path, std::move(read));
  body->checkBelonging(manifest.string(), text);
  body->checkLevel();
  body->findKernels();
  return Library(std::move(body));
}

const LibraryManifest &Library::manifest() const { return body->manifest; }

CompiledKernel Library::kernel(const std::string &operation) const {
  return body->kernels.at(body->manifest.find(operation).name);
}

CompiledKernel Library::cudaKernel(const std::string &operation) const {
  const std::string &name = body->manifest.find(operation).name;
  if (!body->holdsCuda())
    throw Error("library '" + body->path + "': expected kernels for the target cuda, got a library for cpu");
  return body->cudaKernels.at(name);
}

std::string Library::cpuLevel() const { return body->level(); }

void Library::useCpuLevel(const std::string &level) const {
  const int32_t status =
      body->find<int32_t(const char *)>(body->manifest.name + "_set_cpu_level")(level.c_str());
  if (status == GF_OK)
    return;
  std::string levels;
  for (const std::string &known : body->manifest.cpuLevels)
    levels += (levels.empty() ? "" : ", ") + known;
  throw Error("library '" + body->path + "': expected a cpu level of " + levels +
              " that this machine can run, got '" + level + "'");
}

namespace {

class LibraryKernels : public KernelSource {
public:
  explicit LibraryKernels(const Library &library) : library(library) {}

  const Signature &signature() const override { return library.manifest().density; }

  CompiledKernel kernel(const DensityRequest &request) const override {
    const std::string text = request.text();
    for (const LibraryOperation &operation : library.manifest().operations)
      if (operation.request == text && (operation.mapping != "single") == request.instances &&
          (!request.instances ||
           (same(operation.batched, request.batched) && same(operation.shared, request.shared))))
        return library.kernel(operation.name);
    std::string form = request.instances ? " for many instances" : " for one instance";
    throw Error("library '" + library.manifest().name + "': expected an operation that it holds, got " +
                text + form + list("; batched: ", request.batched) + list("; shared: ", request.shared));
  }

private:
  static bool same(std::vector<std::string> left, std::vector<std::string> right) {
    std::sort(left.begin(), left.end());
    std::sort(right.begin(), right.end());
    return left == right;
  }

  static std::string list(const char *start, const std::vector<std::string> &names) {
    std::string text;
    for (const std::string &name : names)
      text += (text.empty() ? start : ", ") + name;
    return text;
  }

  Library library;
};

} // namespace

std::shared_ptr<const KernelSource> kernelsOf(const Library &library) {
  return std::make_shared<LibraryKernels>(library);
}

} // namespace genfuse::embed

#include "Nvrtc.h"
#include "Toolkit.h"
#include "runtime/Error.h"
#include "runtime/cuda/HeaderText.h"
#include <algorithm>
#include <chrono>
#include <climits>
#include <cuda.h>
#include <dlfcn.h>
#include <memory>
#include <nvrtc.h>

namespace genfuse::cuda {
namespace {

#define GF_NVRTC_FUNCTIONS(X)                                                                                \
  X(nvrtcGetErrorString)                                                                                     \
  X(nvrtcGetNumSupportedArchs)                                                                               \
  X(nvrtcGetSupportedArchs)                                                                                  \
  X(nvrtcCreateProgram)                                                                                      \
  X(nvrtcDestroyProgram)                                                                                     \
  X(nvrtcCompileProgram)                                                                                     \
  X(nvrtcGetPTXSize)                                                                                         \
  X(nvrtcGetPTX)                                                                                             \
  X(nvrtcGetCUBINSize)                                                                                       \
  X(nvrtcGetCUBIN)                                                                                           \
  X(nvrtcGetProgramLogSize)                                                                                  \
  X(nvrtcGetProgramLog)

/// NVRTC's functions, or why there are none.
struct Nvrtc {
#define GF_NVRTC_MEMBER(name) decltype(&::name) name = nullptr;
  GF_NVRTC_FUNCTIONS(GF_NVRTC_MEMBER)
#undef GF_NVRTC_MEMBER
  std::string missing;

  Nvrtc() {
    void *library = open();
    if (!library)
      return;
#define GF_NVRTC_FIND(name)                                                                                  \
  name = reinterpret_cast<decltype(name)>(dlsym(library, #name));                                            \
  if (!name)                                                                                                 \
    missing = "no NVRTC: the library has no " #name;
    GF_NVRTC_FUNCTIONS(GF_NVRTC_FIND)
#undef GF_NVRTC_FIND
  }

private:
  void *open() {
    const std::string file = "libnvrtc.so." + std::to_string(CUDA_VERSION / 1000);
    std::vector<std::string> places = {file};
    for (const auto &root : toolkitRoots())
      for (const char *folder : {"lib64", "lib"})
        places.push_back((root / folder / file).string());
    for (const std::string &place : places) {
      if (void *library = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL)) {
        openBuiltins(library);
        return library;
      }
      if (missing.empty())
        missing = std::string("no NVRTC: ") + dlerror();
    }
    return nullptr;
  }

  /// NVRTC opens a second library by its bare name, which the loader finds only on its own paths (a wheel's
  /// folder is none of them), or if it is open already.
  static void openBuiltins(void *library) {
    char folder[PATH_MAX];
    if (dlinfo(library, RTLD_DI_ORIGIN, folder) != 0)
      return;
    std::error_code error;
    for (const auto &file : std::filesystem::directory_iterator(folder, error))
      if (file.path().filename().string().starts_with("libnvrtc-builtins.so."))
        dlopen(file.path().c_str(), RTLD_NOW | RTLD_LOCAL);
  }
};

/// Throws nothing; opened once.
const Nvrtc &nvrtc() {
  static const Nvrtc *only = new Nvrtc; // stays: other threads may compile while the program ends
  return *only;
}

const Nvrtc &usable() {
  if (!whyNoNvrtc().empty())
    throw Error(whyNoNvrtc() + "; expected the library of a CUDA toolkit, or CUDA_HOME to name its folder");
  return nvrtc();
}

void check(nvrtcResult result, const std::string &doing) {
  if (result != NVRTC_SUCCESS)
    throw Error(doing + ": " + usable().nvrtcGetErrorString(result));
}

void checkArchitecture(int architecture, const std::string &doing) {
  std::string list;
  for (int known : knownArchitectures()) {
    if (known == architecture)
      return;
    list += (list.empty() ? "sm_" : ", sm_") + std::to_string(known);
  }
  throw Error(doing + ": expected one of " + list);
}

/// A text in NVRTC's hands.
class Text {
public:
  Text(std::string_view text, const std::string &name, const std::string &doing) : doing(doing) {
    const char *headers[] = {headerText().data()}, *names[] = {headerName};
    check(usable().nvrtcCreateProgram(&program, std::string(text).c_str(), name.c_str(), 1, headers, names),
          doing);
  }
  ~Text() { nvrtc().nvrtcDestroyProgram(&program); }
  Text(const Text &) = delete;
  Text &operator=(const Text &) = delete;

  void compile(const std::vector<const char *> &options) {
    nvrtcResult result =
        nvrtc().nvrtcCompileProgram(program, static_cast<int>(options.size()), options.data());
    if (result != NVRTC_SUCCESS)
      throw Error(doing + ": " + nvrtc().nvrtcGetErrorString(result) + "\n" + log());
  }
  std::string ptx() { return read(nvrtc().nvrtcGetPTXSize, nvrtc().nvrtcGetPTX); }
  std::string cubin() { return read(nvrtc().nvrtcGetCUBINSize, nvrtc().nvrtcGetCUBIN); }
  std::string log() {
    std::string text = read(nvrtc().nvrtcGetProgramLogSize, nvrtc().nvrtcGetProgramLog);
    while (!text.empty() && (text.back() == 0 || text.back() == '\n'))
      text.pop_back();
    return text;
  }

private:
  template <class Size, class Get> std::string read(Size size, Get get) {
    std::size_t bytes = 0;
    check(size(program, &bytes), doing);
    std::string text(bytes, 0);
    check(get(program, text.data()), doing);
    return text;
  }

  nvrtcProgram program = nullptr;
  std::string doing;
};

} // namespace

std::string whyNoNvrtc() { return nvrtc().nvrtcGetProgramLog ? "" : nvrtc().missing; }

std::vector<int> knownArchitectures() {
  const std::string doing = "asking NVRTC for its architectures";
  int count = 0;
  check(usable().nvrtcGetNumSupportedArchs(&count), doing);
  std::vector<int> known(static_cast<std::size_t>(count));
  check(usable().nvrtcGetSupportedArchs(known.data()), doing);
  std::sort(known.begin(), known.end());
  return known;
}

DeviceCode compileText(std::string_view text, const std::string &name, int architecture, CodeKind kind) {
  const std::string sm = (kind == CodeKind::cubin ? "sm_" : "compute_") + std::to_string(architecture);
  const std::string doing = "compiling '" + name + "' for " + sm;
  checkArchitecture(architecture, doing);
  const auto start = std::chrono::steady_clock::now();
  Text program(text, name, doing);
  // Contraction off: each fma is written. No fast-math: special values and accuracy are promised.
  const std::string arch = "-arch=" + sm;
  std::vector<const char *> options = {arch.c_str(), "-std=c++17", "--fmad=false"};
  if (kind == CodeKind::cubin)
    options.push_back("--ptxas-options=-v");
  program.compile(options);
  DeviceCode code{kind == CodeKind::cubin ? program.cubin() : program.ptx(), architecture, kind, {}, 0};
  if (kind == CodeKind::cubin)
    code.kernels = readPtxasLog(program.log());
  code.milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  return code;
}

} // namespace genfuse::cuda

// CUDA text as an image of the launch layer, and calls of its kernels.
#pragma once
#include "Emulator.h"
#include "HostCompiler.h"
#include "runtime/cuda/launch.h"
#include <gtest/gtest.h>
#include <string>

namespace genfuse::cuda_host {

inline const std::string preamble = "#include \"genfuse_cuda.h\"\n";

class TextImage {
public:
  /// `text` starts in line 2, behind the #include.
  explicit TextImage(const std::string &text, CompileOptions options = {})
      : code(compileForHost(preamble + text, options)), image{GF_ABI_VERSION, code.data(), code.size(),
                                                              "test", nullptr} {}
  ~TextImage() { gf_cuda_unload(&image); }
  TextImage(const TextImage &) = delete;
  TextImage &operator=(const TextImage &) = delete;

  /// The status; the message is in `error`.
  template <class... A> int32_t launch(const char *kernel, int64_t groups, int32_t width, A... arguments) {
    void *pointers[] = {&arguments..., nullptr};
    call.abi_version = GF_ABI_VERSION;
    call.error = error;
    call.error_capacity = sizeof error;
    error[0] = 0;
    return gf_cuda_launch(&image, kernel, groups, width, pointers, &call);
  }

  std::string code;
  gf_cuda_image image;
  gf_call call{};
  char error[512] = "";
};

} // namespace genfuse::cuda_host

// Kernels of a Program as CUDA text on the emulated device.
#pragma once
#include "HostCompiler.h"
#include "codegen/CudaLoader.h"
#include <deque>

namespace genfuse::cuda_host {

class EmulatedLoader : public CudaLoader {
public:
  explicit EmulatedLoader(CompileOptions options = {}) : options(options) {}

  gf_cuda_image *load(const std::string &text, const std::string &name) override {
    Held &held = images.emplace_back(Held{name, compileForHost(text, options), {}});
    held.image = {GF_ABI_VERSION, held.code.data(), held.code.size(), held.name.c_str(), nullptr};
    return &held.image;
  }
  decltype(&gf_cuda_launch) launch() const override { return &gf_cuda_launch; }

private:
  struct Held {
    std::string name, code;
    gf_cuda_image image;
  };
  CompileOptions options;
  std::deque<Held> images; ///< which stay where they are
};

} // namespace genfuse::cuda_host

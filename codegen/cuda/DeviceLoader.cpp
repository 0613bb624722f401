#include "codegen/cuda/DeviceLoader.h"
#include "codegen/cuda/Nvrtc.h"
#include "runtime/Error.h"
#include <algorithm>
#include <deque>

namespace genfuse {
namespace {

int architectureOfDevice(const std::string &name) {
  char error[512] = "";
  gf_call call{};
  call.abi_version = GF_ABI_VERSION;
  call.error = error;
  call.error_capacity = sizeof error;
  int32_t architecture = 0;
  if (gf_cuda_architecture(&architecture, &call) != GF_OK)
    throw Error("loading '" + name + "': " + error);
  return architecture;
}

std::string capabilityText(int architecture) {
  return std::to_string(architecture / 10) + "." + std::to_string(architecture % 10);
}

cuda::DeviceCode compileFor(int architecture, const std::string &text, const std::string &name) {
  const std::vector<int> known = cuda::knownArchitectures();
  if (std::find(known.begin(), known.end(), architecture) != known.end())
    return cuda::compileText(text, name, architecture);
  // PTX of an older architecture runs on every later one: the driver compiles it.
  auto later = std::upper_bound(known.begin(), known.end(), architecture);
  if (later == known.begin())
    throw Error("loading '" + name + "': expected a device of compute capability " +
                capabilityText(known.front()) + " or more, got " + capabilityText(architecture));
  return cuda::compileText(text, name, *std::prev(later), cuda::CodeKind::ptx);
}

class DeviceLoader : public CudaLoader {
public:
  gf_cuda_image *load(const std::string &text, const std::string &name) override {
    cuda::DeviceCode code = compileFor(architectureOfDevice(name), text, name);
    Held &held = images.emplace_back(Held{name, std::move(code.bytes), {}});
    held.image = {GF_ABI_VERSION, held.code.data(), held.code.size(), held.name.c_str(), nullptr};
    return &held.image;
  }
  decltype(&gf_cuda_launch) launch() const override { return &gf_cuda_launch; }

  ~DeviceLoader() override {
    for (Held &held : images)
      gf_cuda_unload(&held.image);
  }

private:
  struct Held {
    std::string name, code;
    gf_cuda_image image;
  };
  std::deque<Held> images; ///< which stay where they are
};

} // namespace

std::shared_ptr<CudaLoader> deviceLoader() { return std::make_shared<DeviceLoader>(); }

} // namespace genfuse

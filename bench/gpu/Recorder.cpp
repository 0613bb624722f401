#include "Recorder.h"
#include "runtime/Error.h"
#include "tests/cuda_host/HostCompiler.h"
#include <cstring>
#include <map>
#include <sstream>

namespace genfuse::gpu {

Recorder *Recorder::active = nullptr;

gf_cuda_image *Recorder::load(const std::string &source, const std::string &name) {
  Held &held = images.emplace_back(Held{name, cuda_host::compileForHost(source), {}});
  held.image = {GF_ABI_VERSION, held.code.data(), held.code.size(), held.name.c_str(), nullptr};
  text = source;
  hostCode = held.code;
  return &held.image;
}

void Recorder::start(std::vector<Memory> memory) {
  buffers = std::move(memory);
  launches.clear();
  problem.clear();
  active = this;
}

std::vector<Launch> Recorder::finish() {
  active = nullptr;
  if (!problem.empty())
    throw Error(problem);
  return std::move(launches);
}

int32_t Recorder::launchAndRecord(gf_cuda_image *image, const char *kernel, int64_t groups, int32_t width,
                                  void **arguments, const gf_call *call) {
  if (active && groups > 0) {
    try {
      active->record(kernel, groups, width, arguments);
    } catch (const std::exception &error) {
      active->problem = error.what(); // nothing is thrown through a kernel
    }
  }
  return gf_cuda_launch(image, kernel, groups, width, arguments, call);
}

void Recorder::record(const char *kernel, int64_t groups, int32_t width, void **arguments) {
  Launch launch{kernel, groups, width, {}};
  const std::vector<int> sizes = argumentSizes(text, kernel);
  for (size_t i = 0; i < sizes.size(); ++i) {
    uint64_t word = 0;
    std::memcpy(&word, arguments[i], static_cast<size_t>(sizes[i] ? sizes[i] : 8));
    try {
      launch.arguments.push_back(sizes[i] ? Argument{-1, word} : pointerArgument(word));
    } catch (const Error &error) {
      throw Error("recording: argument " + std::to_string(i) + " of '" + kernel + "': " + error.what());
    }
  }
  launches.push_back(std::move(launch));
}

Argument Recorder::pointerArgument(uint64_t address) const {
  for (size_t i = 0; i < buffers.size(); ++i) {
    const uint64_t begin = reinterpret_cast<uint64_t>(buffers[i].begin);
    if (address - begin <= static_cast<uint64_t>(buffers[i].bytes))
      return {static_cast<int>(i), address - begin};
  }
  throw Error("expected a pointer into an array or the workspace, got one that no device could read");
}

std::vector<int> argumentSizes(const std::string &text, const std::string &kernel) {
  static const std::map<std::string, int> known = {{"index_t", 8}, {"int64_t", 8}, {"uint64_t", 8},
                                                   {"double", 8},  {"int32_t", 4}, {"uint32_t", 4},
                                                   {"float", 4},   {"bool", 1}};
  const size_t start = text.find("\n" + kernel + "("), end = text.find(") {", start);
  if (start == std::string::npos || end == std::string::npos)
    throw Error("recording: expected a kernel '" + kernel + "' in its CUDA text, got none");
  std::istringstream list(text.substr(start + kernel.size() + 2, end - start - kernel.size() - 2));
  std::vector<int> sizes;
  for (std::string one; std::getline(list, one, ',');) {
    std::istringstream words(one);
    std::string type;
    words >> type;
    auto found = known.find(type);
    const bool pointer = one.find('*') != std::string::npos;
    if (!pointer && found == known.end())
      throw Error("recording: expected a pointer or a number as argument of '" + kernel + "', got '" + one +
                  "'");
    sizes.push_back(pointer ? 0 : found->second);
  }
  return sizes;
}

} // namespace genfuse::gpu

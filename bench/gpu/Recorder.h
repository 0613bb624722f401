// Compiles kernels for the emulated device and writes down what they launch.
#pragma once
#include "Record.h"
#include "codegen/CudaLoader.h"
#include <deque>
#include <string>
#include <vector>

namespace genfuse::gpu {

/// Memory of one recorded call.
struct Memory {
  const char *begin = nullptr;
  int64_t bytes = 0; ///< an address at begin + bytes is still this one's
};

class Recorder : public CudaLoader {
public:
  gf_cuda_image *load(const std::string &text, const std::string &name) override;
  decltype(&gf_cuda_launch) launch() const override { return &launchAndRecord; }

  /// Launches from now on are recorded; their pointers lie in one of `buffers`.
  void start(std::vector<Memory> buffers);
  /// What was launched since. Errors: a pointer that lies in none of the buffers, a kernel that the text of
  /// its image lacks.
  std::vector<Launch> finish();

  std::string text;     ///< CUDA text of the image that was loaded last
  std::string hostCode; ///< the same as an image of the emulated device

private:
  static int32_t launchAndRecord(gf_cuda_image *image, const char *kernel, int64_t groups, int32_t width,
                                 void **arguments, const gf_call *call);
  void record(const char *kernel, int64_t groups, int32_t width, void **arguments);
  Argument pointerArgument(uint64_t address) const;

  static Recorder *active; ///< one at a time
  struct Held {
    std::string name, code;
    gf_cuda_image image;
  };
  std::deque<Held> images; ///< which stay where they are
  std::vector<Memory> buffers;
  std::vector<Launch> launches;
  std::string problem;
};

/// Bytes of the arguments of a kernel, in their order, as its text declares them; 0 for a pointer. Errors: a
/// kernel that is not in the text, a type that is none of those that genfuse prints.
std::vector<int> argumentSizes(const std::string &text, const std::string &kernel);

} // namespace genfuse::gpu

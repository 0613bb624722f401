// The emulated device itself: libraries of kernels, and launches, one at a time.
#pragma once
#include "Block.h"
#include "Emulator.h"
#include <map>
#include <memory>
#include <mutex>

namespace genfuse::cuda_host {

/// A loaded library of emulated kernels.
struct Library {
  std::string path;
  void *handle = nullptr;
  gf_host_library parts{};
  std::uint64_t base = 0, end = 0; ///< where it lies in memory
};

/// What launches have in common. Everything is guarded by `mutex`.
class Emulator {
public:
  static Emulator &instance();

  /// Throws std::runtime_error with the reason.
  std::unique_ptr<Library> open(const std::string &path);
  /// Empty, or the fault that ended the launch.
  std::string launch(const Library &library, const gf_host_kernel &kernel, unsigned blocks, unsigned threads,
                     std::size_t dynamic_bytes, void **arguments);

  std::mutex mutex;
  Order order;
  Device device;
  std::string fault; ///< of the last launch that failed
  struct Range {
    std::uint64_t begin, bytes;
  };
  std::vector<Range> allowed;
  std::vector<std::pair<Range, int>> places;      ///< of setMemory
  std::map<std::uint64_t, std::size_t> allocated; ///< by cuMemAlloc: bytes by address
  AccessLog log;
  std::vector<std::string> launches;

private:
  Emulator();
  void fillShared(const Library &library, std::size_t dynamic_bytes);
  void access(const void *address, int bytes, bool store, const void *from);
  bool isGlobal(std::uint64_t address) const;

  gf_host_api api{};
  Block block{api};
  const Library *running = nullptr;
  std::vector<std::uint64_t> dynamic; ///< shared memory of the running block
};

} // namespace genfuse::cuda_host

// Which lines of memory the threads of a warp touch together.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace genfuse::cuda_host {

/// One load or store of a kernel, over all warps and all times that they came by.
struct AccessSite {
  std::string kernel;
  std::string library;      ///< path of the compiled text
  std::uint64_t offset = 0; ///< of the access in it (siteLine in HostCompiler.h gives the line of the text)
  bool store = false;
  std::uint64_t requests = 0; ///< how often a warp came by
  std::uint64_t lines = 0;    ///< distinct 128-byte lines touched, added over requests
  std::uint64_t needed = 0;   ///< lines that would hold the distinct bytes, added over requests
};

/// Collects accesses of one block at a time. Threads of a warp belong to one request where each comes by for
/// the same time.
class AccessLog {
public:
  void add(unsigned thread, std::uint64_t from, std::uint64_t address, int bytes, bool store);
  /// At the end of a block: adds its requests to the sites of a kernel.
  void endBlock(const std::string &kernel, const std::string &library, std::uint64_t base);
  std::vector<AccessSite> take();

private:
  struct Request {
    std::set<std::uint64_t> lines, bytes;
  };
  struct Site {
    bool store = false;
    std::map<unsigned, unsigned> visits;                       ///< by thread
    std::map<std::pair<unsigned, unsigned>, Request> requests; ///< by warp and visit
  };
  std::map<std::uint64_t, Site> open;
  std::map<std::pair<std::string, std::uint64_t>, AccessSite> sites; ///< by library and offset
};

} // namespace genfuse::cuda_host

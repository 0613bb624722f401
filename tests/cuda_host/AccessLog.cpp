#include "AccessLog.h"

namespace genfuse::cuda_host {
namespace {
constexpr std::uint64_t line_bytes = 128;
} // namespace

void AccessLog::add(unsigned thread, std::uint64_t from, std::uint64_t address, int bytes, bool store) {
  Site &site = open[from];
  site.store = store;
  Request &request = site.requests[{thread / 32, site.visits[thread]++}];
  for (int i = 0; i < bytes; ++i) {
    request.bytes.insert(address + i);
    request.lines.insert((address + i) / line_bytes);
  }
}

void AccessLog::endBlock(const std::string &kernel, const std::string &library, std::uint64_t base) {
  for (const auto &[from, site] : open) {
    AccessSite &sum = sites[{library, from - base}];
    sum.kernel = kernel;
    sum.library = library;
    sum.offset = from - base;
    sum.store = site.store;
    for (const auto &[key, request] : site.requests) {
      ++sum.requests;
      sum.lines += request.lines.size();
      sum.needed += (request.bytes.size() + line_bytes - 1) / line_bytes;
    }
  }
  open.clear();
}

std::vector<AccessSite> AccessLog::take() {
  std::vector<AccessSite> all;
  for (auto &[key, site] : sites)
    all.push_back(std::move(site));
  sites.clear();
  return all;
}

} // namespace genfuse::cuda_host

#include "Launcher.h"
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <link.h>
#include <stdexcept>

namespace genfuse::cuda_host {
namespace {

constexpr std::uint64_t shuffle_seed = 20261121;

/// The memory that a loaded library takes: its first byte and the one behind its last.
void placeOf(const void *inside, std::uint64_t &begin, std::uint64_t &end) {
  struct Search {
    std::uint64_t inside, begin = 0, end = 0;
  } search{reinterpret_cast<std::uint64_t>(inside)};
  dl_iterate_phdr(
      [](dl_phdr_info *info, std::size_t, void *data) {
        auto &search = *static_cast<Search *>(data);
        std::uint64_t last = 0;
        for (int i = 0; i < info->dlpi_phnum; ++i)
          if (info->dlpi_phdr[i].p_type == PT_LOAD)
            last = std::max<std::uint64_t>(last, info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz);
        if (search.inside < info->dlpi_addr || search.inside >= info->dlpi_addr + last)
          return 0;
        search.begin = info->dlpi_addr;
        search.end = info->dlpi_addr + last;
        return 1;
      },
      &search);
  begin = search.begin;
  end = search.end;
}

} // namespace

std::unique_ptr<Library> Emulator::open(const std::string &path) {
  auto library = std::make_unique<Library>();
  library->path = path;
  library->handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library->handle)
    throw std::runtime_error(dlerror());
  auto describe = reinterpret_cast<gf_host_describe_function>(dlsym(library->handle, "gf_host_describe"));
  if (!describe)
    throw std::runtime_error(path + " was not compiled behind cuda_host.h");
  library->parts = describe(&api);
  placeOf(reinterpret_cast<const void *>(describe), library->base, library->end);
  return library;
}

void Emulator::fillShared(const Library &library, std::size_t dynamic_bytes) {
  if (library.parts.shared)
    std::memset(library.parts.shared, 0xff, library.parts.shared_end - library.parts.shared);
  dynamic.assign((dynamic_bytes + 7) / 8, ~std::uint64_t(0));
  api.dynamic_shared = dynamic.data();
}

std::string Emulator::launch(const Library &library, const gf_host_kernel &kernel, unsigned blocks,
                             unsigned threads, std::size_t dynamic_bytes, void **arguments) {
  api.block_size = {threads, 1, 1};
  api.grid_size = {blocks, 1, 1};
  api.meet_block = [](gf_host_wait kind, int line, std::uint64_t value) {
    return instance().block.meetBlock(kind, line, value);
  };
  api.meet_warp = [](gf_host_wait kind, int line, unsigned mask, std::uint64_t value, int source) {
    return instance().block.meetWarp(kind, line, mask, value, source);
  };
  api.access = [](const void *address, int bytes, int store, const void *from) {
    instance().access(address, bytes, store, from);
  };
  running = &library;
  launches.push_back(std::string(kernel.name) + ' ' + std::to_string(blocks) + " x " +
                     std::to_string(threads));
  std::uint64_t seed = shuffle_seed;
  for (unsigned i : turns(order, blocks, seed)) {
    fillShared(library, dynamic_bytes);
    api.block = {i, 0, 0};
    std::string wrong = block.run(order, seed + i, [&] { kernel.run(arguments); });
    log.endBlock(kernel.name, library.path, library.base);
    if (!wrong.empty())
      return fault = "kernel '" + std::string(kernel.name) + "', block " + std::to_string(i) + ": " + wrong;
  }
  return "";
}

bool Emulator::isGlobal(std::uint64_t address) const {
  auto within = [&](const void *begin, std::size_t bytes) {
    return address - reinterpret_cast<std::uint64_t>(begin) < bytes;
  };
  return !within(&api, sizeof api) && !within(dynamic.data(), dynamic.size() * 8) &&
         address - running->base >= running->end - running->base &&
         !block.onStack(reinterpret_cast<const void *>(address));
}

void Emulator::access(const void *address, int bytes, bool store, const void *from) {
  auto where = reinterpret_cast<std::uint64_t>(address), size = static_cast<std::uint64_t>(bytes);
  std::uint64_t offset = reinterpret_cast<std::uint64_t>(from) - running->base;
  auto what = [&] {
    char text[96];
    std::snprintf(text, sizeof text, "%s of %d bytes (offset 0x%llx of the text's library)",
                  store ? "a store" : "a load", bytes, static_cast<unsigned long long>(offset));
    return std::string(text);
  };
  if (where % size != 0)
    block.stop("misaligned: " + what());
  if (!isGlobal(where))
    return;
  bool inside = allowed.empty();
  for (const Range &range : allowed)
    inside |= where >= range.begin && where + size <= range.begin + range.bytes;
  if (!inside)
    block.stop("outside of all arrays: " + what());
  log.add(block.thread(), reinterpret_cast<std::uint64_t>(from), where, bytes, store);
}

} // namespace genfuse::cuda_host

#include "Emulator.h"
#include "Launcher.h"
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace genfuse::cuda_host {
namespace {

Order firstOrder() {
  const char *name = std::getenv("GENFUSE_CUDA_HOST_ORDER");
  if (!name || std::strcmp(name, "ascending") == 0)
    return Order::ascending;
  if (std::strcmp(name, "descending") == 0)
    return Order::descending;
  if (std::strcmp(name, "shuffled") == 0)
    return Order::shuffled;
  throw std::invalid_argument("GENFUSE_CUDA_HOST_ORDER: expected ascending, descending or shuffled, got '" +
                              std::string(name) + "'");
}

} // namespace

Emulator::Emulator() : order(firstOrder()) {}

Emulator &Emulator::instance() {
  static Emulator *only = new Emulator; // stays: libraries may launch while the program ends
  return *only;
}

void setOrder(Order order) {
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  emulator.order = order;
}

void setDevice(Device device) {
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  emulator.device = device;
}

void setMemory(const void *data, std::size_t bytes, int place) {
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  emulator.places.push_back({{reinterpret_cast<std::uint64_t>(data), bytes}, place});
}

void allowAccess(const void *data, std::size_t bytes) {
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  emulator.allowed.push_back({reinterpret_cast<std::uint64_t>(data), bytes});
}

void allowAllAccesses() {
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  emulator.allowed.clear();
}

std::vector<AccessSite> takeAccesses() {
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  return emulator.log.take();
}

std::vector<std::string> takeLaunches() {
  Emulator &emulator = Emulator::instance();
  std::lock_guard lock(emulator.mutex);
  return std::exchange(emulator.launches, {});
}

} // namespace genfuse::cuda_host

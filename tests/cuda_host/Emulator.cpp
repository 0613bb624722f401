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

/// The number in an environment variable; `otherwise` where it is not set.
unsigned long long numberIn(const char *variable, unsigned long long otherwise) {
  const char *text = std::getenv(variable);
  if (!text)
    return otherwise;
  char *end = nullptr;
  unsigned long long value = std::strtoull(text, &end, 10);
  if (end == text || *end)
    throw std::invalid_argument(std::string(variable) + ": expected a number, got '" + text + "'");
  return value;
}

Device firstDevice() {
  Device device;
  device.capability = static_cast<int>(
      numberIn("GENFUSE_CUDA_HOST_CAPABILITY", static_cast<unsigned long long>(device.capability)));
  device.memory = numberIn("GENFUSE_CUDA_HOST_MEMORY", device.memory);
  return device;
}

} // namespace

Emulator::Emulator() : order(firstOrder()), device(firstDevice()) {}

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

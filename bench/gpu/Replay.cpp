#include "Replay.h"
#include "runtime/cuda/launch.h"
#include <algorithm>
#include <cmath>
#include <set>

namespace genfuse::gpu {
namespace {

constexpr int warm_ups = 3;

/// A record with its memory on the device.
class Replay {
public:
  Replay(const std::filesystem::path &folder, Device &device)
      : device(device), record(readRecord(folder)), code(readBytes(folder / code_file)),
        emulated(readBytes(folder / emulated_file)),
        cpu(readBytes(folder / cpu_file)), image{GF_ABI_VERSION, code.data(), code.size(),
                                                 record.name.c_str(), nullptr} {
    const auto bytes = static_cast<size_t>(record.resultBytes());
    for (const auto &[file, results] : {std::pair(emulated_file, &emulated), std::pair(cpu_file, &cpu)})
      if (results->size() != bytes)
        throw std::runtime_error(std::string(file) + ": expected " + std::to_string(bytes) + " bytes, got " +
                                 std::to_string(results->size()));
  }
  ~Replay() {
    for (CUdeviceptr each : memory)
      device.release(each);
    gf_cuda_unload(&image);
  }
  Replay(const Replay &) = delete;
  Replay &operator=(const Replay &) = delete;

  Outcome run(int repeats) {
    Outcome outcome{.name = record.name, .what = record.what};
    for (const Buffer &buffer : record.buffers) {
      memory.push_back(device.allocate(buffer.bytes(), "'" + buffer.name + "'"));
      device.upload(memory.back(), filled(buffer.fill, buffer.type, buffer.count));
    }
    launch();
    device.wait();
    compare(outcome);
    outcome.bytes = touched();
    outcome.microseconds = time(repeats);
    return outcome;
  }

private:
  void launch();
  void compare(Outcome &outcome);
  double time(int repeats);
  double touched() const;

  Device &device;
  Record record;
  std::vector<char> code, emulated, cpu;
  gf_cuda_image image;
  std::vector<CUdeviceptr> memory;
};

void Replay::launch() {
  char error[1024] = "";
  gf_call call{};
  call.abi_version = GF_ABI_VERSION;
  call.error = error;
  call.error_capacity = sizeof error;
  for (const Launch &each : record.launches) {
    std::vector<uint64_t> words;
    for (const Argument &argument : each.arguments)
      words.push_back(argument.word +
                      (argument.buffer < 0 ? 0 : memory[static_cast<size_t>(argument.buffer)]));
    std::vector<void *> pointers;
    for (uint64_t &word : words)
      pointers.push_back(&word);
    if (gf_cuda_launch(&image, each.kernel.c_str(), each.groups, each.width, pointers.data(), &call) != GF_OK)
      throw std::runtime_error(error);
  }
}

double realAt(const char *bytes, Type type, int64_t index) {
  double wide = 0;
  float narrow = 0;
  int64_t integer = 0;
  switch (type) {
  case Type::f32:
    std::memcpy(&narrow, bytes + 4 * index, 4);
    return narrow;
  case Type::f64:
    std::memcpy(&wide, bytes + 8 * index, 8);
    return wide;
  case Type::i64:
    std::memcpy(&integer, bytes + 8 * index, 8);
    return static_cast<double>(integer);
  case Type::boolean:
    break;
  }
  return bytes[index];
}

/// The largest difference of two arrays, relative to the largest magnitude of the first; infinite where one
/// of two values is not finite and they differ.
double largestDifference(const char *expected, const char *got, const Buffer &buffer) {
  double magnitude = 0, largest = 0;
  for (int64_t i = 0; i < buffer.count; ++i) {
    const double want = realAt(expected, buffer.type, i), have = realAt(got, buffer.type, i);
    if (std::isfinite(want))
      magnitude = std::max(magnitude, std::fabs(want));
    if (want == have || (std::isnan(want) && std::isnan(have)))
      continue;
    const double difference = std::fabs(want - have);
    largest = std::isfinite(difference) ? std::max(largest, difference) : INFINITY;
  }
  return largest == 0 ? 0 : largest / magnitude;
}

std::string hexadecimal(const char *bytes, int64_t count) {
  std::string text = "0x";
  for (int64_t i = count; i-- > 0;) {
    text += "0123456789abcdef"[static_cast<unsigned char>(bytes[i]) >> 4];
    text += "0123456789abcdef"[static_cast<unsigned char>(bytes[i]) & 15];
  }
  return text;
}

/// What differs, elements that are equal to the bit aside; count 0 where nothing does.
Difference differenceOf(const char *expected, const char *got, const Buffer &buffer) {
  Difference difference{buffer.name, 0, buffer.count, 0, "", ""};
  const int64_t size = type_bytes[static_cast<int>(buffer.type)];
  for (int64_t i = 0; i < buffer.count; ++i) {
    const char *want = expected + i * size, *have = got + i * size;
    if (std::memcmp(want, have, static_cast<size_t>(size)) == 0)
      continue;
    if (difference.count++ == 0) {
      difference.first = i;
      difference.expected = hexadecimal(want, size);
      difference.got = hexadecimal(have, size);
    }
  }
  return difference;
}

void Replay::compare(Outcome &outcome) {
  int64_t at = 0;
  for (size_t i = 0; i + 1 < record.buffers.size(); ++i) { // the last one is the workspace
    const Buffer &buffer = record.buffers[i];
    const std::vector<char> got = device.download(memory[i], buffer.bytes());
    const std::vector<char> input =
        buffer.output ? std::vector<char>() : filled(buffer.fill, buffer.type, buffer.count);
    Difference difference =
        differenceOf(buffer.output ? emulated.data() + at : input.data(), got.data(), buffer);
    if (difference.count > 0)
      outcome.differences.push_back(std::move(difference));
    if (!buffer.output)
      continue;
    outcome.fromCpu = std::max(outcome.fromCpu, largestDifference(cpu.data() + at, got.data(), buffer));
    outcome.compared += buffer.count;
    at += buffer.bytes();
  }
}

double Replay::touched() const {
  std::set<int> seen;
  double bytes = 0;
  for (const Launch &each : record.launches)
    for (const Argument &argument : each.arguments)
      if (argument.buffer >= 0 && static_cast<size_t>(argument.buffer) + 1 < record.buffers.size() &&
          seen.insert(argument.buffer).second)
        bytes += static_cast<double>(record.buffers[static_cast<size_t>(argument.buffer)].bytes());
  return bytes;
}

double Replay::time(int repeats) {
  for (int i = 0; i < std::min(warm_ups, repeats); ++i)
    launch();
  CUevent before = device.event(), after = device.event();
  std::vector<double> times;
  for (int i = 0; i < repeats; ++i) {
    device.record(before);
    launch();
    device.record(after);
    times.push_back(device.milliseconds(before, after));
  }
  device.release(before);
  device.release(after);
  std::sort(times.begin(), times.end());
  const size_t n = times.size();
  return n == 0 ? 0 : 500 * (times[(n - 1) / 2] + times[n / 2]);
}

} // namespace

Outcome replay(const std::filesystem::path &folder, int repeats, Device &device) {
  try {
    return Replay(folder, device).run(repeats);
  } catch (const std::exception &error) {
    return {.name = folder.filename().string(), .error = error.what()};
  }
}

} // namespace genfuse::gpu

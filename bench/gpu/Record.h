// A recorded call of a kernel: its arrays, and the launches that it made. Neither genfuse nor CUDA here.
#pragma once
#include "Fill.h"
#include <filesystem>
#include <string>
#include <vector>

namespace genfuse::gpu {

struct Buffer {
  std::string name; ///< role and name: "choice_gradient:w"; "workspace" is the last one
  Type type = Type::f64;
  int64_t count = 0;
  Fill fill;
  bool output = false; ///< the kernel writes it; its bytes after the call are stored
  bool draw = false;   ///< of the same bits on every target

  int64_t bytes() const { return count * type_bytes[static_cast<int>(type)]; }
};

/// An argument of a launch: an address in a buffer, or a scalar's bytes.
struct Argument {
  int buffer = -1;   ///< -1: a scalar
  uint64_t word = 0; ///< offset in the buffer in bytes, or the scalar in the low bytes
};

struct Launch {
  std::string kernel;
  int64_t groups = 0;
  int32_t width = 1;
  std::vector<Argument> arguments;
};

struct Record {
  std::string name, what; ///< what was compiled: model, request, mapping, precision, sizes
  std::vector<Buffer> buffers;
  std::vector<Launch> launches;

  /// Bytes of the outputs, which files of results hold one after the other.
  int64_t resultBytes() const;
};

/// A folder of a record holds these.
inline constexpr const char *record_file = "record.txt"; ///< lines of words, see Record.cpp
inline constexpr const char *code_file = "code.bin";     ///< gf_cuda_image::data
inline constexpr const char *emulated_file = "emulated.bin",
                            *cpu_file = "cpu.bin"; ///< outputs after the call

/// Throw std::runtime_error that names the file, and the line where there is one.
void write(const Record &record, const std::filesystem::path &folder);
Record readRecord(const std::filesystem::path &folder);
void writeBytes(const std::vector<char> &bytes, const std::filesystem::path &file);
std::vector<char> readBytes(const std::filesystem::path &file);

} // namespace genfuse::gpu

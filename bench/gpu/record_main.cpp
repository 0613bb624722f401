// Makes the records of a bundle: scripts/gpu-bundle.sh.
#include "KernelCall.h"
#include "codegen/cuda/FatBinary.h"
#include "runtime/Error.h"
#include <CLI/CLI.hpp>
#include <cstdio>

namespace genfuse::gpu {
namespace {
namespace fs = std::filesystem;

struct Options {
  fs::path folder;
  bool quick = false;    ///< the reduced list
  std::string only;      ///< one entry; empty: all
  bool hostCode = false; ///< images of the emulated device instead of fat binaries
};

std::string describe(const Entry &entry) {
  std::string text = entry.function + " of " + entry.model + ".mlir, " + entry.request + ", " +
                     realName(entry.real) + ", mapping " + mappingName(entry.mapping) + ", " +
                     std::to_string(entry.width) + " threads a group, " + std::to_string(entry.instances) +
                     (entry.instances == 1 ? " instance" : " instances");
  for (const auto &[symbol, size] : entry.sizes)
    text += ", " + symbol + " = " + std::to_string(size);
  return text;
}

/// Throws unless both computed with the same arrays and drew the same bits.
void compare(const KernelCall &emulated, const KernelCall &cpu) {
  const std::vector<char> left = emulated.results(), right = cpu.results();
  size_t at = 0;
  for (size_t i = 0; i + 1 < emulated.buffers().size(); ++i) {
    const Buffer &buffer = emulated.buffers()[i];
    if (i + 1 >= cpu.buffers().size() || cpu.buffers()[i].name != buffer.name ||
        cpu.buffers()[i].bytes() != buffer.bytes())
      throw Error("expected the same arrays on both targets, got another for '" + buffer.name + "'");
    if (!buffer.output)
      continue;
    const size_t end = at + static_cast<size_t>(buffer.bytes());
    if (buffer.draw && !std::equal(left.begin() + at, left.begin() + end, right.begin() + at))
      throw Error("expected draws of the same bits on the emulated device and the CPU, '" + buffer.name +
                  "' differs");
    at = end;
  }
}

void storeRecord(const Entry &entry, const Options &options) {
  const Model model =
      Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/" + entry.model + ".mlir", entry.function);
  auto recorder = std::make_shared<Recorder>();
  const Program device(model, {.real = entry.real, .lanes = entry.width, .cuda = recorder});
  const Program processor(model, {.real = entry.real, .target = "x86-64-v3"});

  KernelCall emulated(entry, device.kernel(entry.request, entry.mapping));
  recorder->start(emulated.memory());
  emulated.run();
  Record record{entry.name, describe(entry), emulated.buffers(), recorder->finish()};

  KernelCall cpu(entry, processor.kernel(entry.request, entry.mapping));
  cpu.run();
  compare(emulated, cpu);

  const fs::path folder = options.folder / entry.name;
  fs::create_directories(folder);
  write(record, folder);
  const std::string code =
      options.hostCode ? recorder->hostCode : cuda::makeFatBinary(recorder->text, entry.name + ".cu").bytes;
  writeBytes({code.begin(), code.end()}, folder / code_file);
  writeBytes(emulated.results(), folder / emulated_file);
  writeBytes(cpu.results(), folder / cpu_file);
}

int run(const Options &options) {
  int failed = 0, tried = 0;
  for (const Entry &entry : entries()) {
    if ((options.quick && !entry.quick) || (!options.only.empty() && entry.name != options.only))
      continue;
    ++tried;
    try {
      storeRecord(entry, options);
      std::printf("%s\n", entry.name.c_str());
      std::fflush(stdout);
    } catch (const std::exception &error) {
      std::fprintf(stderr, "error: entry '%s': %s\n", entry.name.c_str(), error.what());
      ++failed;
    }
  }
  if (tried == 0)
    std::fprintf(stderr, "error: --only: expected an entry of bench/gpu/Entries.cpp, got '%s'\n",
                 options.only.c_str());
  return failed || tried == 0 ? 1 : 0;
}

} // namespace
} // namespace genfuse::gpu

int main(int count, char **arguments) {
  genfuse::gpu::Options options;
  CLI::App app("Records calls of kernels on the emulated device, for a run on a real one.");
  app.add_option("folder", options.folder, "a folder for the records, one folder an entry")->required();
  app.add_option("--only", options.only, "one entry, by name");
  app.add_flag("--quick", options.quick, "the reduced list of the tests");
  app.add_flag("--host-code", options.hostCode, "code for the emulated device: no CUDA toolkit is needed");
  CLI11_PARSE(app, count, arguments);
  return genfuse::gpu::run(options);
}

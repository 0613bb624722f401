#include "HostCompiler.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace genfuse::cuda_host {
namespace {
namespace fs = std::filesystem;

std::string slurp(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw std::runtime_error("cannot read '" + path.string() + "'");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Output of a command, stderr with it; throws it where the command fails.
std::string output(const std::string &command) {
  std::unique_ptr<FILE, int (*)(FILE *)> pipe(popen((command + " 2>&1").c_str(), "r"), pclose);
  if (!pipe)
    throw std::runtime_error("cannot run '" + command + "'");
  std::string text;
  char buffer[4096];
  while (std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe.get()))
    text.append(buffer, n);
  if (pclose(pipe.release()) != 0)
    throw std::runtime_error(command + "\n" + text);
  return text;
}

/// fma as an instruction where the processor has it: the result is the same, libm's function is slow.
const char *processor() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? " -march=x86-64-v3" : "";
}

std::string commandFor(CompileOptions options) {
  std::string command = options.gcc ? "g++" : GENFUSE_HOST_CLANG;
  command += " -std=c++20 -O1 -shared -fPIC -fvisibility=hidden -ffp-contract=off -fno-math-errno "
             "-DGENFUSE_HOST_EMULATION -I" GENFUSE_CUDA_HEADER_FOLDER " -include " GENFUSE_CUDA_HOST_FOLDER
             "/cuda_host.h";
  command += processor();
  if (options.trace)
    command += " -DGF_HOST_TRACE -gline-tables-only -fsanitize-coverage=func,trace-loads,trace-stores";
  return command;
}

/// FNV-1a.
std::uint64_t hashOf(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char c : text)
    hash = (hash ^ c) * 0x100000001b3u;
  return hash;
}

/// Everything that the library depends on, the text apart.
std::string settings(const std::string &command) {
  std::string all = command + '\n';
  for (const char *file : {GENFUSE_CUDA_HEADER_FOLDER "/genfuse_cuda.h",
                           GENFUSE_CUDA_HOST_FOLDER "/cuda_host.h", GENFUSE_CUDA_HOST_FOLDER "/host_api.h"})
    all += slurp(file);
  return all;
}

/// Writes a file as a whole or not at all: several tests may make the same one.
void publish(const fs::path &made, const fs::path &name) { fs::rename(made, name); }

} // namespace

std::string compileForHost(std::string_view text, CompileOptions options) {
  std::string command = commandFor(options);
  static_assert(sizeof(std::size_t) == 8);
  std::string key = settings(command) + std::string(text);
  char name[64];
  std::snprintf(name, sizeof name, "%016llx%04zx", static_cast<unsigned long long>(hashOf(key)),
                key.size() & 0xffff);
  fs::path folder = GENFUSE_CUDA_HOST_CACHE, library = folder / (std::string(name) + ".so"),
           source = folder / (std::string(name) + ".cu");
  if (!fs::exists(library) || !fs::exists(source) || slurp(source) != text) {
    fs::create_directories(folder);
    std::string own = std::string(name) + '.' + std::to_string(getpid());
    fs::path own_source = folder / (own + ".cu"), own_library = folder / (own + ".so");
    std::ofstream(own_source, std::ios::binary) << text;
    output(command + " -x c++ " + own_source.string() + " -o " + own_library.string());
    publish(own_source, source);
    publish(own_library, library);
  }
  return "genfuse host image " + library.string() + std::string(1, '\0');
}

int lineOf(const AccessSite &site) {
  char offset[32];
  std::snprintf(offset, sizeof offset, "0x%llx", static_cast<unsigned long long>(site.offset - 1));
  std::istringstream frames(
      output(GENFUSE_SYMBOLIZER " --functions=none --inlines --obj=" + site.library + " " + offset));
  std::string frame; // path:line:column, innermost first
  while (std::getline(frames, frame)) {
    std::size_t column = frame.rfind(':'), line = frame.rfind(':', column - 1);
    if (column == std::string::npos || line == std::string::npos ||
        frame.find("genfuse_cuda.h") != std::string::npos)
      continue;
    return std::atoi(frame.c_str() + line + 1);
  }
  return 0;
}

} // namespace genfuse::cuda_host

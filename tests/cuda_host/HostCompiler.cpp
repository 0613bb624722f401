#include "HostCompiler.h"
#include <atomic>
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

/// The compiler with all that the precompiled header and the library must agree upon.
std::string compilerFor(CompileOptions options) {
  std::string command = options.gcc ? "g++" : GENFUSE_HOST_CLANG;
  command += " -std=c++20 -O1 -fPIC -fvisibility=hidden -ffp-contract=off -fno-math-errno "
             "-DGENFUSE_HOST_EMULATION -I" GENFUSE_CUDA_HEADER_FOLDER;
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

/// A file of the cache: the one that `make` wrote when the same key came before, or writes now.
template <class Make> fs::path cached(const std::string &key, const char *extension, Make make) {
  static std::atomic<int> made{0};
  char name[64];
  std::snprintf(name, sizeof name, "%016llx%04zx", static_cast<unsigned long long>(hashOf(key)),
                key.size() & 0xffff);
  const fs::path folder = GENFUSE_CUDA_HOST_CACHE, file = folder / (name + std::string(extension));
  if (fs::exists(file))
    return file;
  fs::create_directories(folder);
  // Published as a whole: several tests may make the same file.
  const fs::path own =
      folder / (name + ("." + std::to_string(getpid()) + "." + std::to_string(made++)) + extension);
  make(own);
  fs::rename(own, file);
  return file;
}

/// What every text includes. A precompiled header halves the time of a text (0.25 to 0.14 s of a processor).
std::string headers() {
  return "#include \"" GENFUSE_CUDA_HOST_FOLDER "/cuda_host.h\"\n#include \"genfuse_cuda.h\"\n";
}

/// The compiler, its flags, and the contents of the headers: what a library depends on beside its text.
std::string settings(const std::string &compiler) {
  std::string all = compiler + '\n';
  for (const char *file : {GENFUSE_CUDA_HEADER_FOLDER "/genfuse_cuda.h",
                           GENFUSE_CUDA_HOST_FOLDER "/cuda_host.h", GENFUSE_CUDA_HOST_FOLDER "/host_api.h"})
    all += slurp(file);
  return all;
}

/// The option that puts the headers before a text.
std::string includeOption(const std::string &compiler, const std::string &settings, CompileOptions options) {
  if (options.gcc)
    return " -include " GENFUSE_CUDA_HOST_FOLDER "/cuda_host.h";
  const fs::path header = cached(settings, ".pch", [&](const fs::path &own) {
    const std::string source = own.string() + ".h";
    std::ofstream(source) << headers();
    output(compiler + " -Xclang -fno-pch-timestamp -x c++-header " + source + " -o " + own.string());
  });
  return " -include-pch " + header.string();
}

} // namespace

std::string compileForHost(std::string_view text, CompileOptions options) {
  const std::string compiler = compilerFor(options), common = settings(compiler);
  const fs::path library = cached(common + std::string(text), ".so", [&](const fs::path &own) {
    const std::string source = own.string() + ".cu", linker = options.gcc ? "" : " -fuse-ld=lld";
    std::ofstream(source, std::ios::binary) << text;
    output(compiler + includeOption(compiler, common, options) + linker + " -shared -x c++ " + source +
           " -o " + own.string());
  });
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

std::string describe(const std::vector<AccessSite> &sites) {
  std::ostringstream text;
  for (const AccessSite &site : sites)
    text << site.kernel << ", line " << lineOf(site) << ": " << (site.store ? "store" : "load") << ", "
         << site.requests << " requests, " << site.lines << " lines touched, " << site.needed << " needed\n";
  return text.str();
}

} // namespace genfuse::cuda_host

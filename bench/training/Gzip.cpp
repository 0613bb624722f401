#include "bench/training/Gzip.h"
#include "runtime/Error.h"
#include <filesystem>
#include <memory>
#include <zlib.h>

namespace genfuse::bench {

std::vector<unsigned char> readFile(const std::string &path) {
  std::string name = std::filesystem::exists(path) ? path : path + ".gz";
  if (!std::filesystem::is_regular_file(name))
    throw Error("expected the file '" + path + "', gzipped or not, got none");
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(name.c_str(), "rb"), gzclose);
  if (!file)
    throw Error("cannot open the file '" + name + "'");
  std::vector<unsigned char> bytes;
  constexpr unsigned step = 1 << 20;
  while (true) {
    size_t before = bytes.size();
    bytes.resize(before + step);
    int got = gzread(file.get(), bytes.data() + before, step);
    int code = Z_OK;
    const char *why = gzerror(file.get(), &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
      throw Error("file '" + name + "': damaged or cut off compressed data (" + why + ")");
    bytes.resize(before + got);
    if (got == 0)
      return bytes;
  }
}

} // namespace genfuse::bench

// IDX files: two bytes with the length of the labels, the label file, the image file.
#include "bench/training/Dataset.h"
#include "runtime/Error.h"
#include "tests/fuzz/Target.h"
#include <algorithm>

using namespace genfuse;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2)
    return 0;
  const std::span<const unsigned char> bytes(data + 2, size - 2);
  const size_t labels = std::min<size_t>(data[0] << 8 | data[1], bytes.size());
  try {
    const bench::Images images =
        bench::parseIdx("images", bytes.subspan(labels), "labels", bytes.first(labels));
    fuzz::expect(static_cast<int64_t>(images.images.size()) == images.count() * images.pixels,
                 "as many pixels as the images have");
  } catch (const Error &) {
  }
  return 0;
}

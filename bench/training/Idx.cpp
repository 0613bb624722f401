// The IDX format of MNIST: big-endian header, then one byte a pixel or label.
#include "bench/training/Dataset.h"
#include "bench/training/Gzip.h"
#include "runtime/Error.h"
#include <algorithm>

namespace genfuse::bench {

namespace {

class IdxFile {
public:
  IdxFile(std::string path, std::span<const unsigned char> bytes) : path(std::move(path)), bytes(bytes) {}

  [[noreturn]] void fail(const std::string &what) const { throw Error("IDX file '" + path + "': " + what); }

  uint32_t word(size_t number, const char *what) const {
    if (bytes.size() < 4 * (number + 1))
      fail(std::string("expected a header with ") + what + ", got " + std::to_string(bytes.size()) +
           " bytes");
    const unsigned char *at = &bytes[4 * number];
    return uint32_t(at[0]) << 24 | uint32_t(at[1]) << 16 | uint32_t(at[2]) << 8 | at[3];
  }

  void expectMagic(uint32_t magic, const char *what) const {
    if (uint32_t got = word(0, "a magic number"); got != magic)
      fail(std::string("expected ") + what + " (magic " + std::to_string(magic) + "), got magic " +
           std::to_string(got));
  }

  const unsigned char *body(size_t header, uint64_t size) const {
    uint64_t got = bytes.size() - std::min(bytes.size(), header);
    if (got != size)
      fail("expected " + std::to_string(size) + " bytes after the header, got " + std::to_string(got));
    return bytes.data() + header;
  }

  const std::string path;

private:
  std::span<const unsigned char> bytes;
};

} // namespace

Images readIdx(const std::string &imagePath, const std::string &labelPath) {
  const std::vector<unsigned char> images = readFile(imagePath), labels = readFile(labelPath);
  return parseIdx(imagePath, images, labelPath, labels);
}

Images parseIdx(const std::string &imagePath, std::span<const unsigned char> imageBytes,
                const std::string &labelPath, std::span<const unsigned char> labelBytes) {
  IdxFile imageFile(imagePath, imageBytes), labelFile(labelPath, labelBytes);
  imageFile.expectMagic(2051, "images");
  labelFile.expectMagic(2049, "labels");
  uint64_t count = imageFile.word(1, "a count"), rows = imageFile.word(2, "rows"),
           columns = imageFile.word(3, "columns");
  if (count == 0)
    imageFile.fail("expected at least 1 image, got 0");
  if (rows == 0 || columns == 0 || rows > 4096 || columns > 4096)
    imageFile.fail("expected images of 1 to 4096 rows and columns, got " + std::to_string(rows) + " x " +
                   std::to_string(columns));
  if (uint32_t labels = labelFile.word(1, "a count"); labels != count)
    labelFile.fail("expected " + std::to_string(count) + " labels, as many as images, got " +
                   std::to_string(labels));
  Images result;
  result.pixels = static_cast<int64_t>(rows * columns);
  const unsigned char *pixels = imageFile.body(16, count * rows * columns);
  const unsigned char *labels = labelFile.body(8, count);
  result.images.resize(count * rows * columns);
  for (size_t i = 0; i < result.images.size(); ++i)
    result.images[i] = static_cast<float>(pixels[i]) / 255.0f;
  for (uint64_t i = 0; i < count; ++i) {
    if (labels[i] > 9)
      labelFile.fail("expected labels 0 to 9, got " + std::to_string(labels[i]) + " at number " +
                     std::to_string(i));
    result.labels.push_back(labels[i]);
  }
  return result;
}

Dataset readMnist(const std::string &folder) {
  Dataset data;
  data.name = "MNIST format, " + folder;
  data.training = readIdx(folder + "/train-images-idx3-ubyte", folder + "/train-labels-idx1-ubyte");
  data.heldOut = readIdx(folder + "/t10k-images-idx3-ubyte", folder + "/t10k-labels-idx1-ubyte");
  if (data.training.pixels != data.heldOut.pixels)
    throw Error("IDX files in '" + folder + "': training images have " +
                std::to_string(data.training.pixels) + " pixels, held-out ones " +
                std::to_string(data.heldOut.pixels));
  return data;
}

} // namespace genfuse::bench

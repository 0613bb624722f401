// Images with labels, as matrices: what both readers give and all sides train on.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace genfuse::bench {

/// `images` is [count, pixels] by row, with values in [0, 1]; labels are 0 .. 9.
struct Images {
  int64_t pixels = 0;
  std::vector<float> images;
  std::vector<int64_t> labels;

  int64_t count() const { return static_cast<int64_t>(labels.size()); }
};

struct Dataset {
  std::string name;
  Images training, heldOut;
};

/// MNIST, or any data set in its format: the four IDX files of a folder, gzipped or not. Throws
/// genfuse::Error, which names the file, for missing, truncated or mislabelled files.
Dataset readMnist(const std::string &folder);

/// The UCI digits: 1,797 images of 8x8, in scikit-learn's CSV file. Every fifth image is held out. Throws
/// genfuse::Error with the line for a file that is not of that form, or that has another number of images.
Dataset readDigits(const std::string &path);

/// Images of IDX files with these names (`.gz` is tried too).
Images readIdx(const std::string &imagePath, const std::string &labelPath);

/// The same from bytes; the paths are for messages.
Images parseIdx(const std::string &imagePath, std::span<const unsigned char> imageBytes,
                const std::string &labelPath, std::span<const unsigned char> labelBytes);

/// The rows in an order that depends on the seed only.
Images shuffled(const Images &images, uint64_t seed);

/// Throws genfuse::Error if there are fewer than `count`.
Images firstRows(const Images &images, int64_t count);

} // namespace genfuse::bench

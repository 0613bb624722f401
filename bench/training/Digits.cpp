// The UCI digits as scikit-learn ships them: a CSV line of 64 pixels (0 .. 16) and the label.
#include "bench/training/Dataset.h"
#include "bench/training/Gzip.h"
#include "runtime/Error.h"
#include <algorithm>
#include <charconv>
#include <cmath>
#include <random>
#include <string_view>

namespace genfuse::bench {

namespace {

constexpr int64_t pixels = 64, imageCount = 1797;
constexpr double ink = 16; ///< the darkest pixel

void append(Images &images, const float *row, int64_t count, int64_t label) {
  images.pixels = count;
  images.images.insert(images.images.end(), row, row + count);
  images.labels.push_back(label);
}

std::vector<double> parseLine(std::string_view line, const std::string &where) {
  std::vector<double> numbers;
  while (!line.empty()) {
    std::string_view field = line.substr(0, line.find(','));
    double value = 0;
    auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || end != field.data() + field.size())
      throw Error(where + "expected a number, got '" + std::string(field) + "'");
    numbers.push_back(value);
    line.remove_prefix(std::min(line.size(), field.size() + 1));
  }
  return numbers;
}

} // namespace

Dataset readDigits(const std::string &path) {
  std::vector<unsigned char> bytes = readFile(path);
  std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  Dataset data;
  data.name = "UCI digits";
  for (int64_t line = 1; !text.empty(); ++line) {
    std::string_view row = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), row.size() + 1));
    if (row.empty())
      continue;
    std::string where = "digits file '" + path + "', line " + std::to_string(line) + ": ";
    std::vector<double> numbers = parseLine(row, where);
    if (numbers.size() != pixels + 1)
      throw Error(where + "expected 64 pixels and a label, got " + std::to_string(numbers.size()) +
                  " numbers");
    double label = numbers.back();
    if (!(label >= 0 && label <= 9) || label != std::floor(label))
      throw Error(where + "expected a label 0 to 9, got " + std::to_string(label));
    float scaled[pixels];
    for (int64_t i = 0; i < pixels; ++i) {
      if (!(numbers[i] >= 0 && numbers[i] <= ink))
        throw Error(where + "expected pixels 0 to 16, got " + std::to_string(numbers[i]));
      scaled[i] = static_cast<float>(numbers[i] / ink);
    }
    append(line % 5 == 0 ? data.heldOut : data.training, scaled, pixels, static_cast<int64_t>(label));
  }
  if (int64_t count = data.training.count() + data.heldOut.count(); count != imageCount)
    throw Error("digits file '" + path + "': expected " + std::to_string(imageCount) + " images, got " +
                std::to_string(count));
  return data;
}

Images shuffled(const Images &images, uint64_t seed) {
  std::vector<int64_t> order(images.count());
  for (size_t i = 0; i < order.size(); ++i)
    order[i] = static_cast<int64_t>(i);
  // Fisher-Yates with an own bounded draw: std::shuffle differs from library to library.
  std::mt19937_64 random(seed);
  for (size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random() % i]);
  Images result;
  for (int64_t row : order)
    append(result, &images.images[row * images.pixels], images.pixels, images.labels[row]);
  return result;
}

Images firstRows(const Images &images, int64_t count) {
  if (count > images.count())
    throw Error("expected at most " + std::to_string(images.count()) + " rows, the training images, got " +
                std::to_string(count));
  Images result = images;
  result.images.resize(count * images.pixels);
  result.labels.resize(count);
  return result;
}

} // namespace genfuse::bench

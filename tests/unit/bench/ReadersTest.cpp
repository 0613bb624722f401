// The readers of image files: good files, and every way in which one can be wrong.
#include "bench/training/Dataset.h"
#include "runtime/Error.h"
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

using namespace genfuse;
using namespace genfuse::bench;
using testing::HasSubstr;
using testing::ThrowsMessage;

namespace {

class Readers : public testing::Test {
protected:
  void SetUp() override {
    folder = std::filesystem::temp_directory_path() / ("genfuse_readers_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string path(const std::string &name) const { return (folder / name).string(); }
  void write(const std::string &name, const std::string &bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  void writeGzip(const std::string &name, const std::string &bytes) const {
    gzFile file = gzopen(path(name).c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
  }

  static std::string word(uint32_t value) {
    return {char(value >> 24), char(value >> 16), char(value >> 8), char(value)};
  }
  /// Two images of 1 x 3 pixels.
  static std::string images() {
    return word(2051) + word(2) + word(1) + word(3) +
           std::string("\0\xff\x33"
                       "abc",
                       6);
  }
  static std::string labels() { return word(2049) + word(2) + std::string("\7\1", 2); }

  /// The error of reading these two files.
  std::string errorOf(const std::string &imageBytes, const std::string &labelBytes) const {
    write("images", imageBytes);
    write("labels", labelBytes);
    try {
      readIdx(path("images"), path("labels"));
    } catch (const Error &error) {
      return error.what();
    }
    return "no error";
  }

  std::filesystem::path folder;
};

TEST_F(Readers, IdxPlainAndGzipped) {
  write("images", images());
  writeGzip("labels.gz", labels());
  Images read = readIdx(path("images"), path("labels"));
  EXPECT_EQ(read.count(), 2);
  EXPECT_EQ(read.pixels, 3);
  EXPECT_EQ(read.images[0], 0.0f);
  EXPECT_EQ(read.images[1], 1.0f);
  EXPECT_FLOAT_EQ(read.images[2], 0.2f);
  EXPECT_THAT(read.labels, testing::ElementsAre(7, 1));
}

TEST_F(Readers, IdxErrorsNameTheFileAndBothSides) {
  EXPECT_THAT(errorOf(labels(), labels()),
              HasSubstr("images': expected images (magic 2051), got magic 2049"));
  EXPECT_THAT(errorOf(images(), images()),
              HasSubstr("labels': expected labels (magic 2049), got magic 2051"));
  EXPECT_THAT(errorOf(images().substr(0, 9), labels()),
              HasSubstr("expected a header with rows, got 9 bytes"));
  EXPECT_THAT(errorOf("", labels()), HasSubstr("expected a header with a magic number, got 0 bytes"));
  EXPECT_THAT(errorOf(images().substr(0, 20), labels()),
              HasSubstr("expected 6 bytes after the header, got 4"));
  EXPECT_THAT(errorOf(images() + "x", labels()), HasSubstr("expected 6 bytes after the header, got 7"));
  EXPECT_THAT(errorOf(images(), word(2049) + word(3) + "\1\2\3"),
              HasSubstr("expected 2 labels, as many as images, got 3"));
  EXPECT_THAT(errorOf(images(), word(2049) + word(2) + "\1\12"),
              HasSubstr("expected labels 0 to 9, got 10 at number 1"));
  EXPECT_THAT(errorOf(word(2051) + word(0) + word(1) + word(3), labels()),
              HasSubstr("expected at least 1 image, got 0"));
  EXPECT_THAT(errorOf(word(2051) + word(0xffffffff) + word(0) + word(28), labels()),
              HasSubstr("expected images of 1 to 4096 rows and columns"));
}

TEST_F(Readers, MissingAndDamagedFiles) {
  try {
    readIdx(path("nothing"), path("nothing"));
    FAIL();
  } catch (const Error &error) {
    EXPECT_THAT(error.what(), HasSubstr("nothing', gzipped or not, got none"));
  }
  writeGzip("cut.gz", std::string(5000, 'x') + images());
  std::filesystem::resize_file(path("cut.gz"), 30);
  write("labels", labels());
  try {
    readIdx(path("cut"), path("labels"));
    FAIL();
  } catch (const Error &error) {
    EXPECT_THAT(error.what(), HasSubstr("cut.gz': damaged or cut off compressed data"));
  }
}

TEST_F(Readers, DamagedBytesInsideGzip) {
  // The checksum at the end of the file notices what decompresses without complaint.
  writeGzip("images.gz", images());
  write("labels", labels());
  std::string bytes;
  {
    std::ifstream file(path("images.gz"), std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
  }
  bytes[bytes.size() - 6] ^= 1;
  write("images.gz", bytes);
  try {
    readIdx(path("images"), path("labels"));
    FAIL();
  } catch (const Error &error) {
    EXPECT_THAT(error.what(), HasSubstr("images.gz': damaged or cut off compressed data"));
  }
  write("images.gz", "");
  EXPECT_THAT([&] { readIdx(path("images"), path("labels")); },
              ThrowsMessage<Error>(HasSubstr("expected a header with a magic number, got 0 bytes")));
}

TEST_F(Readers, MnistReadsFourFiles) {
  write("train-images-idx3-ubyte", images());
  writeGzip("train-labels-idx1-ubyte.gz", labels());
  write("t10k-images-idx3-ubyte", images());
  auto read = [&] { readMnist(folder.string()); };
  EXPECT_THAT(read, ThrowsMessage<Error>(HasSubstr("t10k-labels-idx1-ubyte', gzipped or not, got none")));
  write("t10k-labels-idx1-ubyte", labels());
  Dataset data = readMnist(folder.string());
  EXPECT_EQ(data.training.count(), 2);
  EXPECT_EQ(data.heldOut.count(), 2);
  write("t10k-images-idx3-ubyte", word(2051) + word(2) + word(1) + word(2) + "abcd");
  EXPECT_THAT(read, ThrowsMessage<Error>(HasSubstr("training images have 3 pixels, held-out ones 2")));
}

class DigitsFile : public Readers {
protected:
  static std::string pixels() {
    std::string row;
    for (int i = 0; i < 64; ++i)
      row += std::to_string(i % 17) + ".0,";
    return row;
  }
  static std::string lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i)
      text += pixels() + std::to_string(i % 10) + "\n";
    return text;
  }
  std::string errorOf(const std::string &content) const {
    write("bad.csv", content);
    try {
      readDigits(path("bad.csv"));
    } catch (const Error &error) {
      return error.what();
    }
    return "no error";
  }
};

TEST_F(DigitsFile, EveryFifthImageIsHeldOut) {
  writeGzip("digits.csv.gz", lines(1797));
  Dataset data = readDigits(path("digits.csv"));
  EXPECT_EQ(data.training.count(), 1438);
  EXPECT_EQ(data.heldOut.count(), 359);
  EXPECT_EQ(data.heldOut.labels[0], 4);
  EXPECT_EQ(data.heldOut.labels[1], 9);
  EXPECT_EQ(data.training.images[16], 1.0f);
}

TEST_F(DigitsFile, ErrorsNameTheLineAndBothSides) {
  EXPECT_THAT(errorOf(lines(10) + "1,2,3\n"),
              HasSubstr("line 11: expected 64 pixels and a label, got 3 numbers"));
  EXPECT_THAT(errorOf(pixels() + "x\n"), HasSubstr("line 1: expected a number, got 'x'"));
  EXPECT_THAT(errorOf(pixels() + "10\n"), HasSubstr("line 1: expected a label 0 to 9, got 10"));
  EXPECT_THAT(errorOf(pixels() + "1.5\n"), HasSubstr("line 1: expected a label 0 to 9, got 1.5"));
  EXPECT_THAT(errorOf(pixels() + "nan\n"), HasSubstr("line 1: expected a label 0 to 9, got nan"));
  EXPECT_THAT(errorOf("17" + pixels().substr(1) + "3\n"),
              HasSubstr("line 1: expected pixels 0 to 16, got 17"));
  EXPECT_THAT(errorOf("nan" + pixels().substr(3) + "3\n"),
              HasSubstr("line 1: expected pixels 0 to 16, got nan"));
}

TEST_F(DigitsFile, CutOffBetweenLines) {
  EXPECT_THAT(errorOf(""), HasSubstr("expected 1797 images, got 0"));
  EXPECT_THAT(errorOf(lines(1796)), HasSubstr("expected 1797 images, got 1796"));
}

TEST_F(Readers, FirstRows) {
  Images images;
  images.pixels = 2;
  images.images = {1, 2, 3, 4, 5, 6};
  images.labels = {7, 8, 9};
  Images two = firstRows(images, 2);
  EXPECT_THAT(two.images, testing::ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(two.labels, testing::ElementsAre(7, 8));
  EXPECT_THAT([&] { firstRows(images, 4); },
              ThrowsMessage<Error>("expected at most 3 rows, the training images, got 4"));
}

TEST_F(Readers, ShufflingKeepsImagesWithTheirLabels) {
  Images images;
  images.pixels = 1;
  for (int i = 0; i < 100; ++i) {
    images.images.push_back(static_cast<float>(i));
    images.labels.push_back(i % 10);
  }
  Images once = shuffled(images, 1), again = shuffled(images, 1), other = shuffled(images, 2);
  EXPECT_EQ(once.images, again.images);
  EXPECT_NE(once.images, other.images);
  EXPECT_NE(once.images, images.images);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(static_cast<int64_t>(once.images[i]) % 10, once.labels[i]);
}

} // namespace

// The texts of errors that kernels report.
#include "runtime/device/report.h"
#include <bit>
#include <cstdio>
#include <gtest/gtest.h>
#include <limits>
#include <string>

namespace genfuse::device_test {
namespace {

/// Template 1 of three, filled into a buffer of that capacity.
std::string filled(const std::string &text, std::initializer_list<long long> words, size_t capacity = 200) {
  std::string templates = "the first\n" + text + "\nthe last\n", out(capacity + 1, '#');
  device::report(out.data(), static_cast<long long>(capacity), templates.c_str(), 1, words.begin());
  EXPECT_EQ(out[capacity], '#') << "nothing is written behind the buffer";
  return out.c_str();
}

std::string real(double value) { return filled("{v}", {-1, std::bit_cast<long long>(value), 0}); }

TEST(Report, FillsInNumbers) {
  EXPECT_EQ(filled("no numbers", {-1, 0, 0}), "no numbers");
  EXPECT_EQ(filled("rows/{0}/y/{1}: got {V}, not {B}{i}", {7, -5, 12, 3, 40}),
            "rows/3/y/40: got -5, not 12 in instance 7");
  EXPECT_EQ(filled("got {V}{i}.", {-1, 0, 0}), "got 0.");
  EXPECT_EQ(filled("{10}", {-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 42}), "42");
  EXPECT_EQ(filled("a {{0} brace", {-1, 0, 0}), "a {0} brace");
  EXPECT_EQ(
      filled("{V} {B}", {-1, std::numeric_limits<long long>::min(), std::numeric_limits<long long>::max()}),
      "-9223372036854775808 9223372036854775807");
}

TEST(Report, CutsWhatDoesNotFit) {
  EXPECT_EQ(filled("0123456789", {-1, 0, 0}, 11), "0123456789");
  EXPECT_EQ(filled("0123456789", {-1, 0, 0}, 10), "012345678");
  EXPECT_EQ(filled("0123456789", {-1, 0, 0}, 1), "");
  long long words[3] = {};
  char untouched = '#';
  device::report(&untouched, 0, "text\n", 0, words);
  EXPECT_EQ(untouched, '#');
  device::report(nullptr, 100, "text\n", 0, words);
}

TEST(Report, SpecialReals) {
  double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(real(std::numeric_limits<double>::quiet_NaN()), "nan");
  EXPECT_EQ(real(infinity), "inf");
  EXPECT_EQ(real(-infinity), "-inf");
  EXPECT_EQ(real(0.0), "0");
  EXPECT_EQ(real(-0.0), "0");
}

/// Six digits, as printf writes them. None of these lies halfway between two texts of six digits.
TEST(Report, RealsAreThoseOfPrintf) {
  for (double value : {1.0,
                       -0.5,
                       1.25,
                       0.1,
                       100.0,
                       123456.0,
                       1234567.0,
                       999999.4,
                       999999.6,
                       0.000123456,
                       0.0000123456,
                       1e-5,
                       9.99999e-5,
                       1e100,
                       -1.5e-100,
                       3.14159265358979,
                       2.0 / 3.0,
                       1e15,
                       12345.678,
                       0.001,
                       1e5,
                       1e6,
                       double(std::numeric_limits<float>::max()),
                       std::numeric_limits<double>::max(),
                       std::numeric_limits<double>::min(),
                       std::numeric_limits<double>::denorm_min()}) {
    char text[40];
    std::snprintf(text, sizeof text, "%g", value);
    EXPECT_EQ(real(value), text);
  }
}

} // namespace
} // namespace genfuse::device_test

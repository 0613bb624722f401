// Accuracy of the scalar functions (lanes have the same bits, see lanes_test.cpp), in units in the last place
// of the exact result: at the points of a table of exact values, and at many more against long double, which
// the same table vouches for.
#include "accuracy.h"
#include "elementary_table.h"
#include <gtest/gtest.h>

namespace genfuse::device_test {
namespace {

class Accuracy : public ::testing::TestWithParam<int> {
protected:
  template <class T> void check(const Scalar<T> &row) {
    Worst<T> worst = measure(row);
    EXPECT_LE(worst.error, row.ulp) << row.name << '(' << worst.where << "): got "
                                    << row.function(worst.where) << ", expected " << row.oracle(worst.where);
    RecordProperty(row.name, std::to_string(worst.error));
  }
};

TEST_P(Accuracy, Float) { check(scalar_f32[GetParam()]); }
TEST_P(Accuracy, Double) { check(scalar_f64[GetParam()]); }

INSTANTIATE_TEST_SUITE_P(Functions, Accuracy, ::testing::Range(0, unary_count),
                         [](const auto &info) { return std::string(scalar_f32[info.param].name); });

/// The functions keep their bounds at the table's points, and there the oracle is exact to 2^-9 of a unit in
/// the last place: it has 64 bits, eleven more than f64, and libm promises it to a few of its own units.
template <class T, std::size_t N>
void checkTable(const ElementaryRow (&rows)[N], const Scalar<T> (&functions)[unary_count]) {
  std::size_t used = 0;
  for (const Scalar<T> &function : functions)
    for (const ElementaryRow &row : rows) {
      if (std::string(row.function) != function.name)
        continue;
      ++used;
      const T x = T(row.x);
      const long double exact = (long double)row.high + row.low, oracle = function.oracle(x);
      EXPECT_LE(ulp_error(function.function(x), exact), function.ulp) << row.function << '(' << row.x << ')';
      EXPECT_LE(double(fabsl(oracle - exact)), std::ldexp(std::fabs(row.high), -52 - 9) + 0x1p-1074)
          << row.function << '(' << row.x << ')';
    }
  EXPECT_EQ(used, N) << "rows of no function";
}

TEST(ExactValues, Float) { checkTable(elementary_rows_f32, scalar_f32); }
TEST(ExactValues, Double) { checkTable(elementary_rows_f64, scalar_f64); }

TEST(Trig, StaysBoundedOutsideItsDomain) {
  for (double x = 1e5; x < 1e300; x *= 1.37) {
    EXPECT_LE(std::fabs(gf_sin_f64(x)), 1) << x;
    EXPECT_LE(std::fabs(gf_cos_f64(-x)), 1) << x;
    if (x < 3e38) {
      EXPECT_LE(std::fabs(gf_sin_f32(float(x))), 1) << x;
      EXPECT_LE(std::fabs(gf_cos_f32(-float(x))), 1) << x;
    }
  }
}

} // namespace
} // namespace genfuse::device_test

// Exact results that the functions owe, the sign of zero included.
#include "scalar_functions.h"
#include "special_values.h"
#include <gtest/gtest.h>

namespace genfuse::device_test {
namespace {

template <class T> void check(const Scalar<T> (&functions)[unary_count]) {
  for (const Row<T> &row : special_rows<T>) {
    bool found = false;
    for (const Scalar<T> &candidate : functions) {
      if (std::string(candidate.name) != row.function)
        continue;
      found = true;
      T got = candidate.function(row.argument);
      if (std::isnan(row.result)) {
        EXPECT_TRUE(std::isnan(got)) << row.function << '(' << row.argument << ") = " << got
                                     << ", expected NaN";
        continue;
      }
      EXPECT_EQ(got, row.result) << row.function << '(' << row.argument << ')';
      if (row.result != 0 || std::string(row.function) == "expm1" || std::string(row.function) == "log1p" ||
          std::string(row.function) == "tanh" || std::string(row.function) == "erf" ||
          std::string(row.function) == "sin") {
        EXPECT_EQ(std::signbit(got), std::signbit(row.result)) << row.function << '(' << row.argument << ')';
      }
    }
    EXPECT_TRUE(found) << row.function;
  }
}

TEST(SpecialValues, Float) { check(scalar_f32); }
TEST(SpecialValues, Double) { check(scalar_f64); }

TEST(SpecialValues, LogOfDenormals) {
  EXPECT_FLOAT_EQ(gf_log_f32(0x1p-149f), -103.2789299f);
  EXPECT_FLOAT_EQ(gf_log_f32(0x1p-127f), -88.02969194f);
  EXPECT_DOUBLE_EQ(gf_log_f64(0x1p-1074), -744.4400719213812);
}

TEST(SpecialValues, ExpBelowTheNormalRange) {
  EXPECT_EQ(gf_exp_f32(-103.0f), float(std::exp(-103.0)));
  EXPECT_EQ(gf_exp_f32(-104.5f), 0.0f);
  EXPECT_EQ(gf_exp_f64(-745.0), 0x1p-1074);
  EXPECT_EQ(gf_exp_f64(-746.0), 0.0);
  EXPECT_TRUE(std::isfinite(gf_exp_f32(88.7228f)) && std::isinf(gf_exp_f32(88.7229f)));
  EXPECT_TRUE(std::isfinite(gf_exp_f64(709.782)) && std::isinf(gf_exp_f64(709.783)));
  EXPECT_TRUE(std::isfinite(gf_expm1_f64(709.782)) && std::isinf(gf_expm1_f64(709.783)));
}

} // namespace
} // namespace genfuse::device_test

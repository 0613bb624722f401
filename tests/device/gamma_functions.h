// The gamma functions and what is made of them, by name, with their bounds and exact results.
#pragma once
#include "gamma_table.h"
#include "runtime/device/entry_points.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace genfuse::device_test {

template <class T> using One = T (*)(T);
template <class T> using Two = T (*)(T, T);

template <class T> const std::vector<std::pair<std::string, One<T>>> &unary();
template <class T> const std::vector<std::pair<std::string, Two<T>>> &binary();
#define GF_TABLES(T, suffix)                                                                                 \
  template <> inline const std::vector<std::pair<std::string, One<T>>> &unary<T>() {                         \
    static const std::vector<std::pair<std::string, One<T>>> all = {                                         \
        {"lgamma", gf_lgamma_##suffix},       {"digamma", gf_digamma_##suffix},                              \
        {"stirling", gf_stirling_##suffix},   {"stirling_slope", gf_stirling_slope_##suffix},                \
        {"half_step", gf_half_step_##suffix}, {"half_step_slope", gf_half_step_slope_##suffix}};             \
    return all;                                                                                              \
  }                                                                                                          \
  template <> inline const std::vector<std::pair<std::string, Two<T>>> &binary<T>() {                        \
    static const std::vector<std::pair<std::string, Two<T>>> all = {                                         \
        {"deviance", gf_deviance_##suffix},                                                                  \
        {"deviance_slope", gf_deviance_slope_##suffix},                                                      \
        {"log1p_square", gf_log1p_square_##suffix}};                                                         \
    return all;                                                                                              \
  }
GF_TABLES(float, f32)
GF_TABLES(double, f64)

template <class T> T call(const GammaRow &row) {
  for (const auto &[name, function] : unary<T>())
    if (name == row.function)
      return function(T(row.x));
  for (const auto &[name, function] : binary<T>())
    if (name == row.function)
      return function(T(row.x), T(row.y));
  throw std::invalid_argument(std::string(row.function) + " is not a function");
}

/// The bounds that the headers state, in ulp.
inline const std::map<std::string, double> gamma_bounds = {
    {"lgamma", 5},         {"digamma", 4},        {"stirling", 5},
    {"stirling_slope", 5}, {"half_step", 12},     {"half_step_slope", 16},
    {"deviance", 20},      {"deviance_slope", 4}, {"log1p_square", 3}};

/// Where a function crosses zero without a branch of its own: the size that its error is measured by.
inline double scaleOf(const GammaRow &row) {
  std::string name = row.function;
  double size = std::fabs(row.high), x = row.x;
  if (name == "lgamma" && x < 0)
    return std::max(size, 2.0);
  if (name == "digamma" && x < 0)
    return std::max(size, std::fabs(M_PI / std::sin(M_PI * x)));
  if (name == "stirling_slope" && x < 1)
    return std::max(size, 1 / (x + 1));
  if (name == "deviance" && x < 1)
    return std::max(size, std::fabs(row.y - 1) * (1 - x));
  return size;
}

template <class T> double ulpOf(double size) {
  int exponent = std::max(std::ilogb(size), std::numeric_limits<T>::min_exponent - 1);
  return std::ldexp(1.0, exponent - (std::numeric_limits<T>::digits - 1));
}

/// The error of a row in ulp of its size.
template <class T> double ulpsOf(const GammaRow &row) {
  long double error = std::fabs((long double)call<T>(row) - row.high - row.low);
  return row.high == 0 ? (error == 0 ? 0 : HUGE_VAL) : double(error / ulpOf<T>(scaleOf(row)));
}

/// Exact results that the functions owe.
inline const GammaRow gamma_special_rows[] = {
    {"lgamma", 0, 0, HUGE_VAL, 0},
    {"lgamma", -0.0, 0, HUGE_VAL, 0},
    {"lgamma", 1, 0, 0, 0},
    {"lgamma", 2, 0, 0, 0},
    {"lgamma", -1, 0, HUGE_VAL, 0},
    {"lgamma", -1e10, 0, HUGE_VAL, 0},
    {"lgamma", HUGE_VAL, 0, HUGE_VAL, 0},
    {"lgamma", -HUGE_VAL, 0, HUGE_VAL, 0},
    {"lgamma", NAN, 0, NAN, 0},
    {"digamma", 0, 0, -HUGE_VAL, 0},
    {"digamma", -0.0, 0, HUGE_VAL, 0},
    {"digamma", -3, 0, NAN, 0},
    {"digamma", HUGE_VAL, 0, HUGE_VAL, 0},
    {"digamma", -HUGE_VAL, 0, NAN, 0},
    {"digamma", NAN, 0, NAN, 0},
    {"stirling", 0, 0, 0, 0},
    {"stirling", 1, 0, 1, 0},
    {"stirling", -1, 0, HUGE_VAL, 0},
    {"stirling", HUGE_VAL, 0, HUGE_VAL, 0},
    {"stirling", -2, 0, NAN, 0},
    {"stirling", NAN, 0, NAN, 0},
    {"stirling_slope", HUGE_VAL, 0, 0, 0},
    {"stirling_slope", -1, 0, -HUGE_VAL, 0},
    {"stirling_slope", -2, 0, NAN, 0},
    {"stirling_slope", NAN, 0, NAN, 0},
    {"half_step", 0, 0, -HUGE_VAL, 0},
    {"half_step", HUGE_VAL, 0, 0, 0},
    {"half_step", -1, 0, NAN, 0},
    {"half_step", NAN, 0, NAN, 0},
    {"half_step_slope", 0, 0, HUGE_VAL, 0},
    {"half_step_slope", HUGE_VAL, 0, 0, 0},
    {"half_step_slope", -1, 0, NAN, 0},
    {"half_step_slope", NAN, 0, NAN, 0},
    {"deviance", 0, 0, 0, 0},
    {"deviance", 0, 3.5, 3.5, 0},
    {"deviance", 2, 0, HUGE_VAL, 0},
    {"deviance", 0.5, 0, HUGE_VAL, 0},
    {"deviance", -0.5, 0, -HUGE_VAL, 0},
    {"deviance", 7, 7, 0, 0},
    {"deviance", 3, HUGE_VAL, HUGE_VAL, 0},
    {"deviance", 0.5, HUGE_VAL, HUGE_VAL, 0},
    {"deviance", 0, HUGE_VAL, HUGE_VAL, 0},
    {"deviance", 3, -1, NAN, 0},
    {"deviance", 0, -1, NAN, 0},
    {"deviance", NAN, 1, NAN, 0},
    {"deviance", 1, NAN, NAN, 0},
    {"deviance_slope", 2, 0, HUGE_VAL, 0},
    {"deviance_slope", 5, 5, 0, 0},
    {"deviance_slope", 1, NAN, NAN, 0},
    {"log1p_square", 0, 3, 0, 0},
    {"log1p_square", HUGE_VAL, 3, HUGE_VAL, 0},
    {"log1p_square", NAN, 3, NAN, 0},
};

} // namespace genfuse::device_test

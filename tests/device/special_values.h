// Exact results that the elementary functions owe.
#pragma once
#include <limits>

namespace genfuse::device_test {

template <class T> constexpr T inf = std::numeric_limits<T>::infinity();
template <class T> constexpr T nan = std::numeric_limits<T>::quiet_NaN();
template <class T> constexpr T denormal = std::numeric_limits<T>::denorm_min();
template <class T> constexpr T largest = std::numeric_limits<T>::max();

template <class T> struct Row {
  const char *function;
  T argument, result;
};
template <class T>
inline const Row<T> special_rows[] = {
    {"exp", -inf<T>, 0},
    {"exp", inf<T>, inf<T>},
    {"exp", T(-0.0), 1},
    {"exp", 0, 1},
    {"exp", denormal<T>, 1},
    {"exp", largest<T>, inf<T>},
    {"exp", -largest<T>, 0},
    {"exp", 1000, inf<T>},
    {"exp", -1000, 0},
    {"exp", nan<T>, nan<T>},
    {"expm1", -inf<T>, -1},
    {"expm1", inf<T>, inf<T>},
    {"expm1", 0, 0},
    {"expm1", T(-0.0), T(-0.0)},
    {"expm1", denormal<T>, denormal<T>},
    {"expm1", -denormal<T>, -denormal<T>},
    {"expm1", -1000, -1},
    {"expm1", nan<T>, nan<T>},
    {"log", 0, -inf<T>},
    {"log", T(-0.0), -inf<T>},
    {"log", 1, 0},
    {"log", inf<T>, inf<T>},
    {"log", -1, nan<T>},
    {"log", -denormal<T>, nan<T>},
    {"log", -inf<T>, nan<T>},
    {"log", nan<T>, nan<T>},
    {"log1p", -1, -inf<T>},
    {"log1p", 0, 0},
    {"log1p", T(-0.0), T(-0.0)},
    {"log1p", denormal<T>, denormal<T>},
    {"log1p", -denormal<T>, -denormal<T>},
    {"log1p", inf<T>, inf<T>},
    {"log1p", -2, nan<T>},
    {"log1p", -inf<T>, nan<T>},
    {"log1p", nan<T>, nan<T>},
    {"tanh", inf<T>, 1},
    {"tanh", -inf<T>, -1},
    {"tanh", 1000, 1},
    {"tanh", 0, 0},
    {"tanh", T(-0.0), T(-0.0)},
    {"tanh", denormal<T>, denormal<T>},
    {"tanh", nan<T>, nan<T>},
    {"sin", 0, 0},
    {"sin", T(-0.0), T(-0.0)},
    {"sin", denormal<T>, denormal<T>},
    {"sin", -denormal<T>, -denormal<T>},
    {"sin", inf<T>, nan<T>},
    {"sin", -inf<T>, nan<T>},
    {"sin", nan<T>, nan<T>},
    {"cos", 0, 1},
    {"cos", T(-0.0), 1},
    {"cos", inf<T>, nan<T>},
    {"cos", nan<T>, nan<T>},
    {"sinpi", 0, 0},
    {"sinpi", T(-0.0), T(-0.0)},
    {"sinpi", T(0.5), 1},
    {"sinpi", T(-0.5), -1},
    {"sinpi", T(1.5), -1},
    {"sinpi", largest<T>, 0},
    {"sinpi", inf<T>, nan<T>},
    {"sinpi", nan<T>, nan<T>},
    {"cospi", 0, 1},
    {"cospi", 1, -1},
    {"cospi", 2, 1},
    {"cospi", largest<T>, 1},
    {"cospi", -inf<T>, nan<T>},
    {"cospi", nan<T>, nan<T>},
    {"erf", 0, 0},
    {"erf", T(-0.0), T(-0.0)},
    {"erf", denormal<T>, denormal<T>},
    {"erf", inf<T>, 1},
    {"erf", -inf<T>, -1},
    {"erf", 100, 1},
    {"erf", nan<T>, nan<T>},
    {"erfc", 0, 1},
    {"erfc", T(-0.0), 1},
    {"erfc", inf<T>, 0},
    {"erfc", -inf<T>, 2},
    {"erfc", largest<T>, 0},
    {"erfc", -largest<T>, 2},
    {"erfc", 28, 0},
    {"erfc", nan<T>, nan<T>},
};

} // namespace genfuse::device_test

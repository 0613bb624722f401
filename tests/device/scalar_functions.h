// The scalar functions in the order of lane_functions.h, with their oracles and bounds.
#pragma once
#include "lane_functions.h"
#include "runtime/device/entry_points.h"
#include <cmath>
#include <numbers>

namespace genfuse::device_test {

/// sin and cos of pi x in long double: an exact reduction, then one product.
inline long double sinpi_oracle(long double x) {
  long double q = rintl(2 * x), angle = std::numbers::pi_v<long double> * (x - q / 2);
  int quarter = int(q - 4 * floorl(q / 4));
  long double value = quarter % 2 ? cosl(angle) : sinl(angle);
  return quarter < 2 ? value : -value;
}
inline long double cospi_oracle(long double x) {
  long double q = rintl(2 * x), angle = std::numbers::pi_v<long double> * (x - q / 2);
  int quarter = int(q - 4 * floorl(q / 4));
  long double value = quarter % 2 ? sinl(angle) : cosl(angle);
  return quarter == 0 || quarter == 3 ? value : -value;
}

/// One function in one precision: its scalar form, an oracle, the arguments it is good for, and the promised
/// error.
template <class T> struct Scalar {
  const char *name;
  T (*function)(T);
  long double (*oracle)(long double);
  double domain; // |x| below
  double ulp;
};

#define GF_SCALAR(name, suffix, domain, ulp)                                                                 \
  { #name, gf_##name##_##suffix, name##l, domain, ulp }
#define GF_SCALAR_PI(name, suffix, domain, ulp)                                                              \
  { #name, gf_##name##_##suffix, name##_oracle, domain, ulp }
#define GF_SCALARS(suffix, trig_domain, pi_domain)                                                           \
  {                                                                                                          \
    GF_SCALAR(exp, suffix, INFINITY, 1.1), GF_SCALAR(expm1, suffix, INFINITY, 1.5),                          \
        GF_SCALAR(log, suffix, INFINITY, 1.0), GF_SCALAR(log1p, suffix, INFINITY, 1.5),                      \
        GF_SCALAR(tanh, suffix, INFINITY, 1.6), GF_SCALAR(sin, suffix, trig_domain, 1.7),                    \
        GF_SCALAR(cos, suffix, trig_domain, 1.7), GF_SCALAR_PI(sinpi, suffix, pi_domain, 1.2),               \
        GF_SCALAR_PI(cospi, suffix, pi_domain, 1.2), GF_SCALAR(erf, suffix, INFINITY, 1.2),                  \
        GF_SCALAR(erfc, suffix, INFINITY, 4.5)                                                               \
  }

inline const Scalar<float> scalar_f32[unary_count] = GF_SCALARS(f32, 1e6, 3.4e38);
inline const Scalar<double> scalar_f64[unary_count] = GF_SCALARS(f64, 1e14, 1e300);

} // namespace genfuse::device_test

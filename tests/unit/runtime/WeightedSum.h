// A hand-written kernel in C calling convention: for each instance b
//   score[b] = sum_ij w[j] * x[i][j][b],  gradient[j] += scale * sum_ib x[i][j][b]; seed 13 makes it fail.
#pragma once

#include "runtime/Call.h"
#include <cstdio>

namespace weighted_sum {

using namespace genfuse;

inline Dimension fixed(int64_t size) { return {size, {}}; }
inline Dimension symbol(int index) { return {0, {{1, index}}}; }

inline ArraySpec array(const char *name, Role role, ElementType type, std::vector<Dimension> shape,
                       bool batched, bool output) {
  return {name, role, type, std::move(shape), batched, output, {}};
}

/// argument x [n, k, B], parameter w [k], score [B], parameterGradient w [k].
inline Signature signature() {
  return {"weighted_sum",
          {"x.0", "x.1"},
          {array("x", Role::argument, ElementType::f64, {symbol(0), symbol(1)}, true, false),
           array("w", Role::parameter, ElementType::f64, {symbol(1)}, false, false),
           array("score", Role::score, ElementType::f64, {}, true, true),
           array("w", Role::parameterGradient, ElementType::f64, {symbol(1)}, false, true)}};
}

inline int64_t workspaceCalls = 0;

inline int64_t workspace(const int64_t *dims, const gf_call *) {
  ++workspaceCalls;
  return dims[1] * static_cast<int64_t>(sizeof(double));
}

inline int32_t kernel(void *const *pointers, const int64_t *dims, const int64_t *strides, gf_call *call) {
  if (call->abi_version != GF_ABI_VERSION)
    return GF_ABI_MISMATCH;
  const int64_t n = dims[0], k = dims[1];
  if (call->workspace_bytes < k * 8 || reinterpret_cast<uintptr_t>(call->workspace) % 64 != 0)
    return GF_SMALL_WORKSPACE;
  if (call->seed == 13) {
    std::snprintf(call->error, call->error_capacity, "address 'y': expected a seed other than %d, got it",
                  13);
    return GF_BAD_ARGUMENT;
  }
  const double *x = static_cast<const double *>(pointers[0]), *w = static_cast<const double *>(pointers[1]);
  double *score = static_cast<double *>(pointers[2]), *gradient = static_cast<double *>(pointers[3]);
  double *sums = static_cast<double *>(call->workspace);
  for (int64_t j = 0; j < k; ++j)
    sums[j] = 0;
  for (int64_t b = call->begin; b < call->end; ++b) {
    score[b] = 0;
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < k; ++j) {
        const double value = x[i * strides[0] + j * strides[1] + b * strides[2]];
        score[b] += w[j] * value;
        sums[j] += value;
      }
  }
  for (int64_t j = 0; j < k; ++j)
    gradient[j] += call->scale * sums[j];
  return GF_OK;
}

} // namespace weighted_sum

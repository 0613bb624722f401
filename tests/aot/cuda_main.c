/* A C program with a library that holds kernels for CUDA, on a machine without a driver: the CPU computes, and the
 * entry for CUDA says why it does not. Prints both statuses and the message. */
#include "pl.h"
#include <stdio.h>
#include <stdlib.h>

enum { count = 4 };

int main(void) {
  double s[count] = {1, 2, 1, 2}, y[count] = {0.5, 0.25, 0, 1}, mu = 0.5, score = 7, gradient = 8;
  const int64_t sizes[] = {count};
  char text[400] = "";
  pl_fit_arrays arrays;
  arrays.s = gf_array_of(s, GF_F64, 1, sizes);
  arrays.mu = gf_scalar_of(&mu, GF_F64);
  arrays.y = gf_array_of(y, GF_F64, 1, sizes);
  arrays.score = gf_scalar_of(&score, GF_F64);
  arrays.mu_gradient = gf_scalar_of(&gradient, GF_F64);
  gf_call call = gf_call_default();
  call.error = text;
  call.error_capacity = sizeof text;
  call.workspace_bytes = 1 << 16;
  call.workspace = aligned_alloc(64, 1 << 16);
  const int32_t on_cpu = pl_fit(&arrays, &call);
  if (score == 7)
    return 2;
  arrays.s.device = arrays.mu.device = arrays.y.device = arrays.score.device = arrays.mu_gradient.device = GF_CUDA;
  score = 7;
  if (pl_fit_cuda_workspace(&arrays, &call) < 0)
    return 3;
  const int32_t on_cuda = pl_fit_cuda(&arrays, &call);
  printf("%d %d %s\n", on_cpu, on_cuda, text);
  printf("%d %s\n", pl_cuda_load(&call), text);
  free(call.workspace);
  return score == 7 ? 0 : 4;
}

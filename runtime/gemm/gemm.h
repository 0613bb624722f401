/* Products of matrices for kernels, by BLIS: the library libgenfuse_gemm, which exports these functions
 * and nothing of BLIS, so that it can be in one process with another BLAS.
 *
 * c[x][y] = sum over s of a[x][s] * b[s][y], for rows x, columns y and summed s; row i of a matrix is at
 * i * stride elements. With transposed_a the memory of a is [s][x], with transposed_b that of b is [y][s].
 * c does not overlap a or b, and its stride is at least its number of columns; a and b may have any stride.
 * Nothing to sum gives zeros. Each call runs in the caller's thread alone; any number of threads may call at
 * once.
 */
#ifndef GENFUSE_RUNTIME_GEMM_H
#define GENFUSE_RUNTIME_GEMM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void gf_gemm_f32(const float *a, const float *b, float *c, int64_t rows, int64_t columns, int64_t summed,
                 int64_t stride_a, int64_t stride_b, int64_t stride_c, int32_t transposed_a,
                 int32_t transposed_b);
void gf_gemm_f64(const double *a, const double *b, double *c, int64_t rows, int64_t columns, int64_t summed,
                 int64_t stride_a, int64_t stride_b, int64_t stride_c, int32_t transposed_a,
                 int32_t transposed_b);

#ifdef __cplusplus
}
#endif

#endif

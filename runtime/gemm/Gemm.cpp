#include "runtime/gemm/gemm.h"
#include <algorithm>
#include <cblas.h>
#include <limits>

namespace {

/// BLIS counts in 32 bits.
constexpr int64_t most = std::numeric_limits<f77_int>::max();

void multiply(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, f77_int m, f77_int n, f77_int k, const float *a,
              f77_int lda, const float *b, f77_int ldb, float *c, f77_int ldc) {
  cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
}
void multiply(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, f77_int m, f77_int n, f77_int k, const double *a,
              f77_int lda, const double *b, f77_int ldb, double *c, f77_int ldc) {
  cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
}

/// A matrix as it lies in memory.
struct Memory {
  int64_t rows, columns, stride;

  Memory(bool transposed, int64_t rows, int64_t columns, int64_t stride)
      : rows(transposed ? columns : rows), columns(transposed ? rows : columns), stride(stride) {
    if (this->rows <= 1) // nobody steps over it: the caller may have said anything
      this->stride = std::max<int64_t>(this->columns, 1);
  }
  /// BLAS takes no rows that lie in each other, or in reverse order.
  bool suits() const {
    return stride >= std::max<int64_t>(columns, 1) && std::max({rows, columns, stride}) <= most;
  }
};

template <class Real>
void plain(const Real *a, const Real *b, Real *c, int64_t rows, int64_t columns, int64_t summed,
           int64_t strideA, int64_t strideB, int64_t strideC, bool transposedA, bool transposedB) {
  for (int64_t x = 0; x < rows; ++x)
    for (int64_t y = 0; y < columns; ++y) {
      Real sum = 0;
      for (int64_t s = 0; s < summed; ++s)
        sum += a[transposedA ? s * strideA + x : x * strideA + s] *
               b[transposedB ? y * strideB + s : s * strideB + y];
      c[x * strideC + y] = sum;
    }
}

template <class Real>
void gemm(const Real *a, const Real *b, Real *c, int64_t rows, int64_t columns, int64_t summed,
          int64_t strideA, int64_t strideB, int64_t strideC, bool transposedA, bool transposedB) {
  if (rows <= 0 || columns <= 0)
    return;
  const Memory left(transposedA, rows, summed, strideA), right(transposedB, summed, columns, strideB),
      result(false, rows, columns, strideC);
  if (summed <= 0 || !left.suits() || !right.suits() || !result.suits())
    return plain(a, b, c, rows, columns, summed, strideA, strideB, strideC, transposedA, transposedB);
  auto order = [](bool transposed) { return transposed ? CblasTrans : CblasNoTrans; };
  multiply(order(transposedA), order(transposedB), static_cast<f77_int>(rows), static_cast<f77_int>(columns),
           static_cast<f77_int>(summed), a, static_cast<f77_int>(left.stride), b,
           static_cast<f77_int>(right.stride), c, static_cast<f77_int>(result.stride));
}

} // namespace

#define GF_GEMM_EXPORT __attribute__((visibility("default")))

GF_GEMM_EXPORT void gf_gemm_f32(const float *a, const float *b, float *c, int64_t rows, int64_t columns,
                                int64_t summed, int64_t stride_a, int64_t stride_b, int64_t stride_c,
                                int32_t transposed_a, int32_t transposed_b) {
  gemm(a, b, c, rows, columns, summed, stride_a, stride_b, stride_c, transposed_a != 0, transposed_b != 0);
}

GF_GEMM_EXPORT void gf_gemm_f64(const double *a, const double *b, double *c, int64_t rows, int64_t columns,
                                int64_t summed, int64_t stride_a, int64_t stride_b, int64_t stride_c,
                                int32_t transposed_a, int32_t transposed_b) {
  gemm(a, b, c, rows, columns, summed, stride_a, stride_b, stride_c, transposed_a != 0, transposed_b != 0);
}

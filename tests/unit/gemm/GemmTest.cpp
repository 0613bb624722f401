// libgenfuse_gemm against sums in double, in every layout that a kernel may hand over.
#include "runtime/gemm/gemm.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace {

void gemm(const float *a, const float *b, float *c, int64_t m, int64_t n, int64_t k, int64_t sa, int64_t sb,
          int64_t sc, int ta, int tb) {
  gf_gemm_f32(a, b, c, m, n, k, sa, sb, sc, ta, tb);
}
void gemm(const double *a, const double *b, double *c, int64_t m, int64_t n, int64_t k, int64_t sa,
          int64_t sb, int64_t sc, int ta, int tb) {
  gf_gemm_f64(a, b, c, m, n, k, sa, sb, sc, ta, tb);
}

template <class Real> struct Problem {
  int64_t rows, columns, summed;
  bool ta, tb;
  int64_t strideA, strideB, strideC;
  std::vector<Real> a, b, c;

  /// Strides are `more` than a row has elements.
  Problem(int64_t rows, int64_t columns, int64_t summed, bool ta, bool tb, int64_t more)
      : rows(rows), columns(columns), summed(summed), ta(ta), tb(tb),
        strideA(std::max<int64_t>((ta ? rows : summed) + more, 1)),
        strideB(std::max<int64_t>((tb ? summed : columns) + more, 1)),
        strideC(columns + std::max<int64_t>(more, 0)),
        a(elements(ta ? summed : rows, strideA, ta ? rows : summed)),
        b(elements(tb ? columns : summed, strideB, tb ? summed : columns)), c(rows * strideC + 1, Real(7)) {
    uint32_t state = 1;
    for (std::vector<Real> *values : {&a, &b})
      for (Real &value : *values)
        value = static_cast<Real>((state = state * 1664525u + 1013904223u) >> 8) / Real(16777216) - Real(0.5);
  }
  static int64_t elements(int64_t rows, int64_t stride, int64_t columns) {
    return rows * stride + columns + 1;
  }

  void run() { gemm(a.data(), b.data(), c.data(), rows, columns, summed, strideA, strideB, strideC, ta, tb); }

  void check() const {
    // Each product is at most 1/4: k roundings of sums that are at most k / 4.
    const double tolerance = 0.25 * double(summed * summed + 1) * (sizeof(Real) == 4 ? 0x1p-24 : 0x1p-53);
    for (int64_t x = 0; x < rows; ++x)
      for (int64_t y = 0; y < strideC; ++y) {
        double sum = y < columns ? 0 : 7; // what lies between rows stays
        for (int64_t s = 0; y < columns && s < summed; ++s)
          sum += double(a[ta ? s * strideA + x : x * strideA + s]) *
                 double(b[tb ? y * strideB + s : s * strideB + y]);
        ASSERT_NEAR(c[x * strideC + y], sum, tolerance) << x << " " << y;
      }
  }
};

template <class Real> class Gemm : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Gemm, Reals);

TYPED_TEST(Gemm, EveryLayout) {
  // -3: rows lie in each other, which BLAS refuses; 0 and 5: packed, and apart.
  for (int64_t more : {-3, 0, 5})
    for (bool ta : {false, true})
      for (bool tb : {false, true})
        for (auto [m, n, k] :
             std::vector<std::array<int64_t, 3>>{{1, 1, 1}, {7, 5, 6}, {33, 17, 129}, {64, 80, 48}}) {
          SCOPED_TRACE(testing::Message() << m << " " << n << " " << k << " " << ta << tb << " " << more);
          Problem<TypeParam> problem(m, n, k, ta, tb, more);
          problem.run();
          problem.check();
        }
}

TYPED_TEST(Gemm, NothingToSumIsZero) {
  Problem<TypeParam> problem(3, 4, 0, false, false, 2);
  problem.run();
  problem.check();
}

TYPED_TEST(Gemm, NoRowsOrColumnsWriteNothing) {
  for (auto [m, n] : {std::pair<int64_t, int64_t>{0, 4}, {4, 0}}) {
    Problem<TypeParam> problem(m, n, 5, false, false, 2);
    problem.run();
    for (TypeParam value : problem.c)
      EXPECT_EQ(value, TypeParam(7));
  }
}

TYPED_TEST(Gemm, TheStrideOfASingleRowMeansNothing) {
  Problem<TypeParam> problem(1, 5, 6, false, false, 0);
  gemm(problem.a.data(), problem.b.data(), problem.c.data(), 1, 5, 6, /*strideA=*/0, problem.strideB,
       /*strideC=*/0, 0, 0);
  problem.check();
}

/// Many threads at once, each with a problem of its own: the bits are those of one
/// thread.
TYPED_TEST(Gemm, ManyThreadsAtOnce) {
  Problem<TypeParam> alone(97, 120, 300, false, true, 0);
  alone.run();
  std::vector<std::thread> threads;
  std::vector<int> equal(1000);
  for (int &result : equal)
    threads.emplace_back([&result, &alone] {
      result = 1;
      for (int round = 0; round < 3; ++round) {
        Problem<TypeParam> own(97, 120, 300, false, true, 0);
        own.run();
        result = result && own.c == alone.c;
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  for (int result : equal)
    EXPECT_EQ(result, 1);
}

} // namespace

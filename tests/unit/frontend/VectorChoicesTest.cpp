// Vector-valued choices and triangular matrices: the IR that is traced, and errors.
#include "SameText.h"
#include "frontend/genfuse.h"
#include <gmock/gmock.h>

namespace gf = genfuse;
using testing::HasSubstr;

namespace {

TEST(VectorModelText, SB) {
  auto sb = gf::gen("sb", {"th", "sc"}, [](gf::Real th, gf::Real sc) {
    auto mu = gf::vector({th, sc});
    auto l = gf::matrix({{sc, 0}, {0.3, 1}});
    return gf::sample("v", gf::mvnormal_cholesky(mu, l))[1];
  });
  expectText(sb, R"(
    gen.func @sb(%th: f64 {gen.name = "th"}, %sc: f64 {gen.name = "sc"}) -> f64 {
      %mu = tensor.from_elements %th, %sc : tensor<2xf64>
      %zero = arith.constant 0.0 : f64
      %offdiagonal = arith.constant 0.3 : f64
      %one = arith.constant 1.0 : f64
      %l = tensor.from_elements %sc, %zero, %offdiagonal, %one : tensor<2x2xf64>
      %v = gen.sample "v" mvnormal_cholesky(%mu, %l) : (tensor<2xf64>, tensor<2x2xf64>) -> tensor<2xf64>
      %c1 = arith.constant 1 : index
      %r = tensor.extract %v[%c1] : tensor<2xf64>
      gen.return %r : f64
    })");
}

TEST(VectorModelText, PlatesOfVectors) {
  auto plates =
      gf::gen("plates", {"means", "l", "alpha"}, [](gf::Matrix means, gf::Matrix l, gf::Vector alpha) {
        gf::Matrix xs = gf::map("x", gf::mvnormal_cholesky, gf::rows(means), gf::shared(l));
        auto p = gf::sample("p", gf::dirichlet(alpha));
        return gf::matvec(xs, p);
      });
  expectText(plates, R"(
    gen.func @plates(%means: tensor<?x?xf64> {gen.name = "means"}, %l: tensor<?x?xf64> {gen.name = "l"},
                     %alpha: tensor<?xf64> {gen.name = "alpha"}) -> tensor<?xf64> {
      %c1 = arith.constant 1 : index
      %k = tensor.dim %means, %c1 : tensor<?x?xf64>
      %c0 = arith.constant 0 : index
      %n = tensor.dim %means, %c0 : tensor<?x?xf64>
      %xs = gen.map "x" %i to %n -> tensor<?x?xf64> {
        %mu = tensor.extract_slice %means[%i, 0] [1, %k] [1, 1] : tensor<?x?xf64> to tensor<?xf64>
        %x = gen.sample mvnormal_cholesky(%mu, %l) : (tensor<?xf64>, tensor<?x?xf64>) -> tensor<?xf64>
        gen.yield %x : tensor<?xf64>
      }
      %p = gen.sample "p" dirichlet(%alpha) : (tensor<?xf64>) -> tensor<?xf64>
      %r = gen.einsum "ij,j->i"(%xs, %p) : (tensor<?x?xf64>, tensor<?xf64>) -> tensor<?xf64>
      gen.return %r : tensor<?xf64>
    })");
}

TEST(VectorModelText, TriangularMatrices) {
  auto model = gf::gen("m", {"s", "a"}, [](gf::Vector s, gf::Matrix a) {
    auto l = gf::diagonal_matrix(gf::exp(s)) + gf::lower_triangle(a);
    auto y = gf::triangular_solve(l, s);
    return gf::dot(gf::transposed_triangular_solve(l, y), gf::diagonal(a));
  });
  expectText(model, R"(
    gen.func @m(%s: tensor<?xf64> {gen.name = "s"}, %a: tensor<?x?xf64> {gen.name = "a"}) -> f64 {
      %e = math.exp %s : tensor<?xf64>
      %d = gen.diagonal_matrix %e : tensor<?xf64> -> tensor<?x?xf64>
      %t = gen.lower_triangle %a : tensor<?x?xf64>
      %l = arith.addf %d, %t : tensor<?x?xf64>
      %y = gen.triangular_solve %l, %s : tensor<?x?xf64>, tensor<?xf64>
      %z = gen.triangular_solve transposed %l, %y : tensor<?x?xf64>, tensor<?xf64>
      %g = gen.diagonal %a : tensor<?x?xf64> -> tensor<?xf64>
      %r = gen.einsum "i,i->"(%z, %g) : (tensor<?xf64>, tensor<?xf64>) -> f64
      gen.return %r : f64
    })");
}

template <class F> std::string tracingError(const F &body) {
  try {
    gf::gen("m", body);
  } catch (const gf::Error &error) {
    return error.what();
  }
  return "no error";
}

std::string at(unsigned line) { return "VectorChoicesTest.cpp:" + std::to_string(line) + ":"; }

TEST(VectorErrors, KnownSizesThatDoNotFit) {
  unsigned line = __LINE__ + 2;
  std::string text = tracingError([] {
    gf::sample("v", gf::mvnormal_cholesky(gf::vector({1, 2}), gf::matrix({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}})));
  });
  EXPECT_THAT(text, HasSubstr(at(line)));
  EXPECT_THAT(text, HasSubstr("address 'v'"));
  EXPECT_THAT(
      text, HasSubstr("parameter 'chol_cov' of 'mvnormal_cholesky' has the size 3 in dimension 0, expected 2 "
                      "as in parameter 'mu'"));
  EXPECT_THAT(tracingError([] {
                gf::diagonal(gf::matrix({{1, 2}}));
              }),
              HasSubstr("a diagonal takes a square matrix, got a matrix of 1 by 2"));
  EXPECT_THAT(tracingError([] {
                gf::triangular_solve(gf::matrix({{1, 0}, {0, 1}}), gf::vector({1}));
              }),
              HasSubstr("sizes differ"));
  EXPECT_THAT(tracingError([] {
                gf::triangular_solve(gf::matrix({{1, 2}}), gf::vector({1}));
              }),
              HasSubstr("a triangular solve takes a square matrix"));
}

TEST(VectorErrors, RowsOfOneLength) {
  EXPECT_THAT(tracingError([] {
                gf::matrix({{1, 0}, {1}});
              }),
              HasSubstr("a matrix has rows of one length, got 2 and 1 elements"));
  EXPECT_THAT(tracingError([] { gf::matrix({}); }), HasSubstr("at least one element"));
}

} // namespace

// Every operation once: the model verifies and holds the ops that the operation is made of.
#include "SameText.h"
#include "frontend/genfuse.h"
#include <gmock/gmock.h>

namespace gf = genfuse;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

template <class F> std::string traced(const F &body) { return gf::gen("m", body).text(); }

TEST(Operations, ArithmeticOfReals) {
  EXPECT_THAT(traced([](gf::Real a, gf::Real b) {
                a += 1;
                a -= b;
                a *= 2.0;
                a /= b;
                return (a + b) - (a * b) / -a;
              }),
              AllOf(HasSubstr("arith.addf"), HasSubstr("arith.subf"), HasSubstr("arith.mulf"),
                    HasSubstr("arith.divf"), HasSubstr("arith.negf")));
}

TEST(Operations, ArithmeticOfIntegersAndSizes) {
  EXPECT_THAT(traced([](gf::Int k, gf::Vector x) {
                gf::Size n = x.size() * 2 + 1 - x.size();
                return -(k * 2 + 1 - gf::to_int(n)) + gf::max(k, 3) + gf::min(k, 5);
              }),
              AllOf(HasSubstr("arith.muli"), HasSubstr("arith.subi"), HasSubstr("arith.index_cast")));
}

TEST(Operations, ScalarsAreBroadcast) {
  EXPECT_THAT(traced([](gf::Vector v, gf::Real s) { return 1.5 * v + s - v / 2.0; }),
              AllOf(HasSubstr("tensor.splat"), HasSubstr("arith.mulf"), HasSubstr("tensor<?xf64>")));
  EXPECT_THAT(traced([](gf::Matrix m, gf::Real s) { return s - m * m + m / m - (-m) * 2; }),
              AllOf(HasSubstr("tensor.splat"), HasSubstr("tensor<?x?xf64>")));
}

TEST(Operations, KnownAndSymbolicSizesMeet) {
  EXPECT_THAT(traced([](gf::Vector v) { return v + gf::param("b", {10}); }),
              AllOf(HasSubstr("\"i->i\""), HasSubstr("-> tensor<10xf64>")));
}

TEST(Operations, Comparisons) {
  EXPECT_THAT(traced([](gf::Real a, gf::Real b) {
                return (a < b && a <= 2) || (a > 0 || 1 >= b) || !(a == b) || a != b;
              }),
              AllOf(HasSubstr("cmpf olt"), HasSubstr("cmpf ole"), HasSubstr("cmpf ogt"),
                    HasSubstr("cmpf oge"), HasSubstr("cmpf oeq"), HasSubstr("cmpf une"),
                    HasSubstr("arith.andi"), HasSubstr("arith.ori"), HasSubstr("arith.xori")));
  EXPECT_THAT(traced([](gf::Int k, gf::Vector v) { return k < 3 && k == 2 && v.size() > 4; }),
              AllOf(HasSubstr("cmpi slt"), HasSubstr("cmpi eq"), HasSubstr("cmpi ugt")));
  EXPECT_THAT(traced([](gf::Vector v, gf::Vector w) { return !(v < w) && 0 <= v; }),
              HasSubstr("tensor<?xi1>"));
}

TEST(Operations, Select) {
  EXPECT_THAT(traced([](gf::Bool c, gf::Real a, gf::Vector v, gf::Matrix m, gf::Int k) {
                auto x = gf::select(c, a, 1.0);
                auto y = gf::select(v > 0, v, 0.0) + gf::select(v > 0, 1.0, v) + gf::select(c, v, v);
                auto z = gf::select(v < x, 1, 0.0) * gf::select(v < x, v, y);
                auto w = gf::select(c, m, 2 * m);
                auto l = gf::select(c, k, 3);
                auto d = gf::select(c, c, true);
                return gf::sum(z) + gf::sum(w) + gf::to_real(l) + gf::to_real(d);
              }),
              AllOf(HasSubstr("arith.select"), HasSubstr("arith.sitofp"), HasSubstr("arith.uitofp")));
}

template <class T> T everyElementaryFunction(const T &x) {
  T r = gf::exp(x) + gf::log(x) + gf::log1p(x) + gf::expm1(x) + gf::sqrt(x) + gf::tanh(x) + gf::sin(x);
  r += gf::cos(x) + gf::abs(x) + gf::sigmoid(x) + gf::log_sigmoid(x) + gf::softplus(x) + gf::square(x);
  return r + gf::pow(x, 3) + gf::pow(x, -2) + gf::pow(x, 0) + gf::max(x, 0.5) + gf::min(x, x);
}

TEST(Operations, ElementaryFunctions) {
  auto all =
      AllOf(HasSubstr("math.exp "), HasSubstr("math.log "), HasSubstr("math.log1p"), HasSubstr("math.expm1"),
            HasSubstr("math.sqrt"), HasSubstr("math.tanh"), HasSubstr("math.sin"), HasSubstr("math.cos"),
            HasSubstr("arith.select"), Not(HasSubstr("math.powf")), Not(HasSubstr("math.absf")));
  EXPECT_THAT(traced([](gf::Real x) { return everyElementaryFunction(x); }), all);
  EXPECT_THAT(traced([](gf::Vector x) { return everyElementaryFunction(x); }), all);
  EXPECT_THAT(traced([](gf::Matrix x) { return everyElementaryFunction(x); }), all);
}

TEST(Operations, AbsAndPositivePartChooseTheSameSide) {
  expectText(gf::gen("m", [](gf::Real x) { return gf::abs(x); }), R"(
    gen.func @m(%x: f64) -> f64 {
      %zero = arith.constant 0.0 : f64
      %c = arith.cmpf oge, %x, %zero : f64
      %n = arith.negf %x : f64
      %r = arith.select %c, %x, %n : f64
      gen.return %r : f64
    })");
  EXPECT_THAT(traced([](gf::Real x) { return gf::softplus(x); }), Not(HasSubstr("ole")));
}

TEST(Operations, Reductions) {
  EXPECT_THAT(traced([](gf::Vector v, gf::Matrix m) {
                return gf::sum(v) + gf::mean(v) + gf::max(v) + gf::min(v) + gf::logsumexp(v) + gf::sum(m) +
                       gf::mean(m);
              }),
              AllOf(HasSubstr("\"i->\""), HasSubstr("\"ij->\""), HasSubstr("reduce_max %"),
                    HasSubstr("reduce_max detached"), HasSubstr("math.absf")));
}

TEST(Operations, Products) {
  EXPECT_THAT(traced([](gf::Vector v, gf::Matrix m) {
                auto a = gf::matvec(m, v) + gf::vecmat(v, m);
                auto b = gf::matmul(gf::transpose(m), gf::outer(v, v));
                return gf::dot(a, v) + gf::sum(b);
              }),
              AllOf(HasSubstr("\"ij,j->i\""), HasSubstr("\"i,ij->j\""), HasSubstr("\"ij->ji\""),
                    HasSubstr("\"i,j->ij\""), HasSubstr("\"ik,kj->ij\""), HasSubstr("\"i,i->\"")));
}

TEST(Operations, Places) {
  EXPECT_THAT(
      traced([](gf::Vector v, gf::Matrix m, gf::IntVector c, gf::IntMatrix d, gf::BoolVector f, gf::Int k) {
        auto x = v[0] + v[k] + v[v.size() - 1] + m(0, k) + m(c[0], 1) + gf::sum(m.row(1)) +
                 gf::sum(m.row(k)) + gf::sum(m.col(2));
        auto y = gf::to_real(d(0, 1)) + gf::sum(gf::to_real(d.row(0))) + gf::to_real(f[1]) +
                 gf::sum(gf::to_real(f));
        return x + y + gf::to_real(m.rows() + m.cols() + d.rows() + d.cols() + c.size() + f.size());
      }),
      AllOf(HasSubstr("tensor.extract "), HasSubstr("tensor.extract_slice"), HasSubstr("tensor.dim"),
            HasSubstr("cmpi ult")));
}

TEST(Operations, VectorsFromNumbers) {
  EXPECT_THAT(traced([](gf::Real x) {
                auto v = gf::vector({x, 2.0, 3}) + gf::constant({1.0, 2.0, 3.0}) + gf::fill(3, x);
                auto k = gf::int_constant({1, 2, 3}) * 2 + 1;
                return gf::dot(v, gf::to_real(k)) + gf::sum(gf::constant({1, 2, 3, 4, 5, 6}, 3));
              }),
              AllOf(HasSubstr("tensor.from_elements"), HasSubstr("dense<[1"), HasSubstr("tensor<2x3xf64>"),
                    HasSubstr("tensor<3xi64>")));
  EXPECT_THAT(traced([](gf::Vector x) { return gf::fill(x.size() + 1, 0.0); }), HasSubstr("tensor.splat"));
}

TEST(Operations, Distributions) {
  EXPECT_THAT(traced([](gf::Vector v, gf::Real p) {
                gf::sample("a", gf::normal(0, 1));
                gf::sample("b", gf::uniform(0, 1));
                gf::sample("c", gf::bernoulli(p));
                gf::sample("d", gf::bernoulli(gf::probs = 0.5));
                gf::sample("e", gf::bernoulli(gf::logits = p));
                gf::sample("f", gf::categorical(gf::probs = v));
                return gf::sample("g/h", gf::categorical(gf::logits = v));
              }),
              AllOf(HasSubstr("normal("), HasSubstr("uniform("), HasSubstr("bernoulli("),
                    HasSubstr("bernoulli_logits("), HasSubstr("categorical("),
                    HasSubstr("categorical_logits(")));
}

TEST(Operations, EveryScalarFamily) {
  EXPECT_THAT(
      traced([](gf::Real a, gf::Real b) {
        auto n = gf::sample("i", gf::uniform_discrete(1, 6));
        gf::sample("a", gf::gamma(a, b));
        gf::sample("b", gf::beta(a, 2));
        gf::sample("c", gf::exponential(a));
        gf::sample("d", gf::poisson(a));
        gf::sample("e", gf::binom(n, 0.5));
        gf::sample("f", gf::geometric(0.5));
        gf::sample("g", gf::cauchy(a, b));
        gf::sample("h", gf::laplace(a, b));
        gf::sample("j", gf::log_normal(a, b));
        return gf::sample("k", gf::student_t(5, a, b));
      }),
      AllOf(HasSubstr(" gamma("), HasSubstr(" beta("), HasSubstr(" exponential("), HasSubstr(" poisson("),
            HasSubstr(" binom("), HasSubstr(" geometric("), HasSubstr(" cauchy("), HasSubstr(" laplace("),
            AllOf(HasSubstr(" log_normal("), HasSubstr(" student_t("), HasSubstr(" uniform_discrete("))));
}

TEST(Operations, PlatesOverEverySource) {
  EXPECT_THAT(
      traced([](gf::Vector v, gf::Matrix m, gf::IntVector c, gf::IntMatrix d, gf::BoolVector f) {
        auto all = gf::map(
            "i",
            [](gf::Real x, gf::Vector row, gf::Int k, gf::IntVector ks, gf::Bool b, gf::Index i, gf::Real s) {
              gf::Real mu = x + row[k] + row[ks[0]] + gf::select(b, s, 0.0) + gf::to_real(i);
              return gf::sample("y", gf::normal(mu, 1)) * row;
            },
            gf::elements(v), gf::rows(m), gf::elements(c), gf::rows(d), gf::elements(f), gf::range(v.size()),
            gf::shared(v[0]));
        auto ints = gf::map("j", gf::rows(d), [](gf::IntVector row) { return row; });
        auto flags = gf::map("k", gf::bernoulli, gf::elements(v));
        return gf::sum(all) + gf::to_real(ints(0, 0)) + gf::to_real(flags[0]);
      }),
      AllOf(HasSubstr("map \"i\""), HasSubstr("tensor<?x?xi64>"), HasSubstr("tensor<?xi1>")));
}

TEST(Operations, Parameters) {
  EXPECT_THAT(traced([](gf::Vector x) {
                auto a = gf::param("a");
                auto b = gf::param("b", gf::init = 0.5);
                auto c = gf::param("c", {2}, {1.0, 2.0});
                auto d = gf::param("d", {x.size()}, gf::init = 0.1);
                auto e = gf::param("e", {x.size(), 3}, 0.2);
                auto f = gf::param("shared/f", {3});
                return a + b + gf::sum(c) + gf::sum(d) + gf::sum(e) + gf::sum(f) + gf::param("a");
              }),
              AllOf(HasSubstr("param \"a\" : f64"), HasSubstr("param \"b\" init [5.0"),
                    HasSubstr("\"shared/f\""),
                    HasSubstr("init [1.000000e+00, 2.000000e+00] : tensor<2xf64>")));
}

} // namespace

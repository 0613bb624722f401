// The IR of whole models.
#include "SameText.h"
#include "frontend/genfuse.h"

namespace gf = genfuse;

namespace {

TEST(ModelText, M1) {
  auto m1 = gf::gen("m1", {"a"}, [](gf::Real a) {
    auto x = gf::sample("x", gf::normal(a, 1));
    auto y = gf::sample("y", gf::normal(2 * x, 0.5));
    return x + y;
  });
  expectText(m1, R"(
    gen.func @m1(%a: f64 {gen.name = "a"}) -> f64 {
      %one = arith.constant 1.0 : f64
      %x = gen.sample "x" normal(%a, %one) : (f64, f64) -> f64
      %two = arith.constant 2.0 : f64
      %m = arith.mulf %two, %x : f64
      %half = arith.constant 0.5 : f64
      %y = gen.sample "y" normal(%m, %half) : (f64, f64) -> f64
      %r = arith.addf %x, %y : f64
      gen.return %r : f64
    })");
}

TEST(ModelText, PlateOfADistribution) {
  auto pl = gf::gen("pl", {"s"}, [](gf::Vector s) {
    auto mu = gf::sample("mu", gf::normal(0, 2));
    gf::map("y", gf::normal, gf::shared(mu), gf::elements(s));
    return mu;
  });
  expectText(pl, R"(
    gen.func @pl(%s: tensor<?xf64> {gen.name = "s"}) -> f64 {
      %zero = arith.constant 0.0 : f64
      %two = arith.constant 2.0 : f64
      %mu = gen.sample "mu" normal(%zero, %two) : (f64, f64) -> f64
      %c0 = arith.constant 0 : index
      %n = tensor.dim %s, %c0 : tensor<?xf64>
      %ys = gen.map "y" %i to %n -> tensor<?xf64> {
        %si = tensor.extract %s[%i] : tensor<?xf64>
        %y = gen.sample normal(%mu, %si) : (f64, f64) -> f64
        gen.yield %y : f64
      }
      gen.return %mu : f64
    })");
}

TEST(ModelText, PlateOfAModel) {
  auto digit = gf::gen("digit", [](gf::Vector x) {
    auto W = gf::param("W", {10, x.size()}, 0.0);
    auto b = gf::param("b", {10}, 0.0);
    return gf::sample("y", gf::categorical(gf::logits = gf::matvec(W, x) + b));
  });
  auto digits = gf::gen("digits", [&](gf::Matrix xs) { return gf::map("image", digit, gf::rows(xs)); });
  expectText(digits, R"(
    gen.func @digit(%x: tensor<?xf64>) -> i64 {
      %c0 = arith.constant 0 : index
      %d = tensor.dim %x, %c0 : tensor<?xf64>
      %W = gen.param "W"(%d) init [0.0] : tensor<10x?xf64>
      %b = gen.param "b" init [0.0] : tensor<10xf64>
      %wx = gen.einsum "ij,j->i" (%W, %x) : (tensor<10x?xf64>, tensor<?xf64>) -> tensor<10xf64>
      %l = arith.addf %wx, %b : tensor<10xf64>
      %y = gen.sample "y" categorical_logits(%l) : (tensor<10xf64>) -> i64
      gen.return %y : i64
    }
    gen.func @digits(%xs: tensor<?x?xf64>) -> tensor<?xi64> {
      %c1 = arith.constant 1 : index
      %d = tensor.dim %xs, %c1 : tensor<?x?xf64>
      %c0 = arith.constant 0 : index
      %n = tensor.dim %xs, %c0 : tensor<?x?xf64>
      %r = gen.map "image" %i to %n -> tensor<?xi64> {
        %x = tensor.extract_slice %xs[%i, 0] [1, %d] [1, 1] : tensor<?x?xf64> to tensor<?xf64>
        %y = gen.call @digit(%x) : (tensor<?xf64>) -> i64
        gen.yield %y : i64
      }
      gen.return %r : tensor<?xi64>
    })");
}

TEST(ModelText, NestedCall) {
  auto inner = gf::gen("inner", [](gf::Real m) {
    auto x = gf::sample("x", gf::normal(m, 1));
    auto y = gf::sample("y", gf::uniform(0, 0.5 + gf::square(x)));
    return x * y;
  });
  auto nest = gf::gen("nest", [&](gf::Real a) {
    auto u = gf::sample("u", gf::normal(a, 1));
    auto v = inner("in", u);
    auto w = gf::sample("w", gf::normal(v, 0.7));
    return v + w;
  });
  expectText(nest, R"(
    gen.func @inner(%m: f64) -> f64 {
      %one = arith.constant 1.0 : f64
      %x = gen.sample "x" normal(%m, %one) : (f64, f64) -> f64
      %q = arith.mulf %x, %x : f64
      %half = arith.constant 0.5 : f64
      %h = arith.addf %half, %q : f64
      %zero = arith.constant 0.0 : f64
      %y = gen.sample "y" uniform(%zero, %h) : (f64, f64) -> f64
      %r = arith.mulf %x, %y : f64
      gen.return %r : f64
    }
    gen.func @nest(%a: f64) -> f64 {
      %one = arith.constant 1.0 : f64
      %u = gen.sample "u" normal(%a, %one) : (f64, f64) -> f64
      %v = gen.call "in" @inner(%u) : (f64) -> f64
      %s = arith.constant 0.7 : f64
      %w = gen.sample "w" normal(%v, %s) : (f64, f64) -> f64
      %r = arith.addf %v, %w : f64
      gen.return %r : f64
    })");
}

TEST(ModelText, PlateOfPlates) {
  auto mm = gf::gen("mm", [](gf::Real mu, gf::Matrix s) {
    auto ms = gf::map("rows", gf::rows(s), [&](gf::Vector row) {
      auto m = gf::sample("m", gf::normal(mu, 1));
      gf::map(
          "y", [&](gf::Real sigma) { gf::sample(gf::normal(m, sigma)); }, gf::elements(row));
      return m;
    });
    return gf::sum(ms);
  });
  expectText(mm, R"(
    gen.func @mm(%mu: f64, %s: tensor<?x?xf64>) -> f64 {
      %c1 = arith.constant 1 : index
      %d = tensor.dim %s, %c1 : tensor<?x?xf64>
      %c0 = arith.constant 0 : index
      %n = tensor.dim %s, %c0 : tensor<?x?xf64>
      %ms = gen.map "rows" %i to %n -> tensor<?xf64> {
        %row = tensor.extract_slice %s[%i, 0] [1, %d] [1, 1] : tensor<?x?xf64> to tensor<?xf64>
        %one = arith.constant 1.0 : f64
        %m = gen.sample "m" normal(%mu, %one) : (f64, f64) -> f64
        %k = tensor.dim %row, %c0 : tensor<?xf64>
        gen.map "y" %j to %k {
          %sigma = tensor.extract %row[%j] : tensor<?xf64>
          %y = gen.sample normal(%m, %sigma) : (f64, f64) -> f64
          gen.yield
        }
        gen.yield %m : f64
      }
      %r = gen.einsum "i->" (%ms) : (tensor<?xf64>) -> f64
      gen.return %r : f64
    })");
}

TEST(ModelText, PlateOverARange) {
  auto model = gf::gen("m", [](gf::Vector s) {
    return gf::map("y", gf::range(3), [&](gf::Index i) { return gf::sample("x", gf::normal(0, s[i])); });
  });
  expectText(model, R"(
    gen.func @m(%s: tensor<?xf64>) -> tensor<3xf64> {
      %c3 = arith.constant 3 : index
      %r = gen.map "y" %i to %c3 -> tensor<3xf64> {
        %si = tensor.extract %s[%i] : tensor<?xf64>
        %zero = arith.constant 0.0 : f64
        %x = gen.sample "x" normal(%zero, %si) : (f64, f64) -> f64
        gen.yield %x : f64
      }
      gen.return %r : tensor<3xf64>
    })");
}

TEST(ModelText, PlateWithANamedArgument) {
  auto model = gf::gen("m", [](gf::Vector l) { gf::map("y", gf::bernoulli, gf::logits = gf::elements(l)); });
  expectText(model, R"(
    gen.func @m(%l: tensor<?xf64>) {
      %c0 = arith.constant 0 : index
      %n = tensor.dim %l, %c0 : tensor<?xf64>
      %ys = gen.map "y" %i to %n -> tensor<?xi1> {
        %li = tensor.extract %l[%i] : tensor<?xf64>
        %y = gen.sample bernoulli_logits(%li) : (f64) -> i1
        gen.yield %y : i1
      }
      gen.return
    })");
}

TEST(ModelText, ADiamondOfCallsHasEachFunctionOnce) {
  auto leaf = gf::gen("leaf", [](gf::Real m) { return gf::sample("x", gf::normal(m, 1)); });
  auto left = gf::gen("left", [&](gf::Real m) { return leaf("l", m); });
  auto right = gf::gen("right", [&](gf::Real m) { return leaf("r", m) + leaf("again", m); });
  auto top = gf::gen("top", [&](gf::Real m) { return gf::call("a", left, m) + gf::call("b", right, 1.0); });
  std::string text = top.text();
  size_t first = text.find("gen.func @leaf(");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(text.find("gen.func @leaf(", first + 1), std::string::npos);
}

TEST(ModelText, TracedExactlyOnce) {
  int count = 0;
  gf::gen("once", [&](gf::Vector x) {
    ++count;
    gf::map("y", gf::elements(x), [&](gf::Real m) {
      ++count;
      gf::sample("a", gf::normal(m, 1));
    });
  });
  EXPECT_EQ(count, 2);
}

} // namespace

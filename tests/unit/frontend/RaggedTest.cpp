// Ragged plates: the IR of models with rows of different lengths, and the errors of their parts.
#include "SameText.h"
#include "frontend/genfuse.h"
#include <gmock/gmock.h>
#include <optional>

namespace gf = genfuse;
using testing::HasSubstr;

namespace {

TEST(Ragged, TextOfAModel) {
  auto mm = gf::gen("mm", {"mu", "s", "ends"}, [](gf::Real mu, gf::Vector s, gf::IntVector ends) {
    gf::Vector means = gf::map("rows", gf::ragged(ends, s.size()), [&](gf::Row row) {
      gf::Real m = gf::sample("m", gf::normal(mu, 1));
      gf::map("y", gf::elements(s, row), [&](gf::Real scale) { gf::sample(gf::normal(m, scale)); });
      return m;
    });
    return gf::sum(means);
  });
  expectText(mm, R"(
    gen.func @mm(%mu: f64 {gen.name = "mu"}, %s: tensor<?xf64> {gen.name = "s"},
                 %ends: tensor<?xi64> {gen.name = "ends"}) -> f64 {
      %c0 = arith.constant 0 : index
      %total = tensor.dim %s, %c0 : tensor<?xf64>
      %count = tensor.dim %ends, %c0 : tensor<?xi64>
      %c1 = arith.constant 1 : index
      %n = arith.subi %count, %c1 : index
      %means = gen.map "rows" %i to %n -> tensor<?xf64> {
        %start, %length = gen.row %i of %ends in %total : tensor<?xi64>
        %one = arith.constant 1.0 : f64
        %m = gen.sample "m" normal(%mu, %one) : (f64, f64) -> f64
        gen.map "y" %j to %length {
          %at = arith.addi %start, %j : index
          %scale = tensor.extract %s[%at] : tensor<?xf64>
          %y = gen.sample normal(%m, %scale) : (f64, f64) -> f64
          gen.yield
        }
        gen.yield %m : f64
      }
      %sum = gen.einsum "i->" (%means) : (tensor<?xf64>) -> f64
      gen.return %sum : f64
    })");
}

/// The sources of one plate over a row share one position; rows of matrices, indices within the row, sizes.
TEST(Ragged, TextOfSources) {
  auto model = gf::gen("m", [](gf::IntVector ends, gf::Matrix x, gf::IntMatrix k, gf::BoolVector b) {
    gf::map("rows", gf::ragged(ends, x.rows()), [&](gf::Row row) {
      gf::map(
          "y",
          [&](gf::Vector xi, gf::IntVector ki, gf::Bool bi, gf::Index j, gf::Size n) {
            gf::Real mean = gf::select(bi, gf::to_real(ki[0]), gf::to_real(j));
            return gf::normal(mean * gf::to_real(n), gf::sum(xi));
          },
          gf::rows(x, row), gf::rows(k, row), gf::elements(b, row), gf::range(row), gf::range(row.size()));
    });
  });
  expectText(model, R"(
    gen.func @m(%ends: tensor<?xi64>, %x: tensor<?x?xf64>, %k: tensor<?x?xi64>, %b: tensor<?xi1>) {
      %c0 = arith.constant 0 : index
      %total = tensor.dim %x, %c0 : tensor<?x?xf64>
      %count = tensor.dim %ends, %c0 : tensor<?xi64>
      %c1 = arith.constant 1 : index
      %n = arith.subi %count, %c1 : index
      gen.map "rows" %i to %n {
        %start, %length = gen.row %i of %ends in %total : tensor<?xi64>
        %width = tensor.dim %x, %c1 : tensor<?x?xf64>
        %depth = tensor.dim %k, %c1 : tensor<?x?xi64>
        %ys = gen.map "y" %j to %length -> tensor<?xf64> {
          %at = arith.addi %start, %j : index
          %xi = tensor.extract_slice %x[%at, 0] [1, %width] [1, 1] : tensor<?x?xf64> to tensor<?xf64>
          %ki = tensor.extract_slice %k[%at, 0] [1, %depth] [1, 1] : tensor<?x?xi64> to tensor<?xi64>
          %bi = tensor.extract %b[%at] : tensor<?xi1>
          %k0 = tensor.extract %ki[%c0] : tensor<?xi64>
          %kr = arith.sitofp %k0 : i64 to f64
          %ji = arith.index_cast %j : index to i64
          %jr = arith.sitofp %ji : i64 to f64
          %mean = arith.select %bi, %kr, %jr : f64
          %nj = arith.index_cast %j : index to i64
          %nr = arith.sitofp %nj : i64 to f64
          %product = arith.mulf %mean, %nr : f64
          %scale = gen.einsum "i->" (%xi) : (tensor<?xf64>) -> f64
          %y = gen.sample normal(%product, %scale) : (f64, f64) -> f64
          gen.yield %y : f64
        }
        gen.yield
      }
      gen.return
    })");
}

TEST(Ragged, TwoKindsOfRowsAndAVectorInOnePlate) {
  auto model = gf::gen("m", [](gf::IntVector a, gf::IntVector b, gf::Vector means) {
    gf::map(
        "rows",
        [&](gf::Real mean, gf::Row first, gf::Row second) {
          gf::map("x", gf::range(first), [&](gf::Index) { return gf::normal(mean, 1); });
          gf::map("y", gf::range(second), [&](gf::Index) { return gf::normal(mean, 2); });
        },
        gf::elements(means), gf::ragged(a, 7), gf::ragged(b, 9));
  });
  std::string text = model.text();
  EXPECT_THAT(text, HasSubstr("gen.row %arg3 of %arg0 in %c7 : tensor<?xi64>"));
  EXPECT_THAT(text, HasSubstr("gen.row %arg3 of %arg1 in %c9 : tensor<?xi64>"));
}

// Errors.

/// The error's text, or nothing.
template <class F> std::string tracingError(const F &body) {
  try {
    gf::gen("m", body);
  } catch (const gf::Error &error) {
    return error.what();
  }
  return "no error";
}

/// "RaggedTest.cpp:<line>: "
std::string at(unsigned line) { return "RaggedTest.cpp:" + std::to_string(line) + ": "; }

TEST(RaggedError, OffsetsAreAnArgument) {
  unsigned line = __LINE__ + 2;
  std::string text = tracingError([](gf::IntVector lengths, gf::Vector s) {
    gf::map("rows", gf::ragged(lengths + 1, s.size()), [](gf::Row) {});
  });
  EXPECT_THAT(text,
              HasSubstr(at(line) + "the offsets of gf::ragged are an argument of the model: they decide "
                                   "how much memory a call needs"));
}

TEST(RaggedError, InAnotherPlate) {
  unsigned line = __LINE__ + 3;
  std::string text = tracingError([](gf::IntVector ends, gf::Vector s) {
    gf::map("all", gf::range(3),
            [&](gf::Index) { gf::map("rows", gf::ragged(ends, s.size()), [](gf::Row) {}); });
  });
  EXPECT_THAT(text,
              HasSubstr(at(line) + "a plate over gf::ragged stands in no other plate: rows of different "
                                   "lengths lie in one plate, not in several"));
}

TEST(RaggedError, APlateBetweenARowAndItsPlate) {
  unsigned line = __LINE__ + 4;
  std::string text = tracingError([](gf::IntVector ends, gf::Vector s) {
    gf::map("rows", gf::ragged(ends, s.size()), [&](gf::Row row) {
      gf::map("twice", gf::range(2), [&](gf::Index) {
        gf::map("y", gf::elements(s, row), [](gf::Real x) { return gf::normal(x, 1); });
      });
    });
  });
  EXPECT_THAT(text,
              HasSubstr(at(line) + "a plate over a row of ragged data stands directly in the body of the "
                                   "plate that has the row"));
}

TEST(RaggedError, SourcesOfTwoRows) {
  unsigned line = __LINE__ + 5;
  std::string text = tracingError([](gf::IntVector a, gf::IntVector b, gf::Vector s) {
    gf::map(
        "rows",
        [&](gf::Row first, gf::Row second) {
          gf::map("y", gf::normal, gf::elements(s, first), gf::elements(s, second));
        },
        gf::ragged(a, s.size()), gf::ragged(b, s.size()));
  });
  EXPECT_THAT(text, HasSubstr(at(line) + "the sources of a plate are of different rows of ragged data"));
}

TEST(RaggedError, ARowAndAVector) {
  unsigned line = __LINE__ + 3;
  std::string text = tracingError([](gf::IntVector ends, gf::Vector s, gf::Vector means) {
    gf::map("rows", gf::ragged(ends, s.size()),
            [&](gf::Row row) { gf::map("y", gf::normal, gf::elements(means), gf::elements(s, row)); });
  });
  EXPECT_THAT(text,
              HasSubstr(at(line) + "the sources of a plate over a row of ragged data are all of that row, "
                                   "as in gf::elements(values, row), or gf::shared"));
}

TEST(RaggedError, ARowEscapesFromItsPlate) {
  unsigned line = __LINE__ + 4;
  std::string text = tracingError([](gf::IntVector ends, gf::Vector s) {
    std::optional<gf::Row> kept;
    gf::map("rows", gf::ragged(ends, s.size()), [&](gf::Row row) { kept = row; });
    gf::map("y", gf::elements(s, *kept), [](gf::Real x) { return gf::normal(x, 1); });
  });
  EXPECT_THAT(text, HasSubstr(at(line) + "the value belongs to one iteration of a plate that has ended"));
}

TEST(RaggedError, ConstantOffsets) {
  EXPECT_THAT(tracingError([](gf::Vector s) {
                gf::map("rows", gf::ragged(gf::int_constant({0, 2, 3}), s.size()), [](gf::Row) {});
              }),
              HasSubstr("the offsets of gf::ragged are an argument of the model"));
}

} // namespace

// Every op carries the user's line. Looks into the module, so it traces by `trace_function`.
#include "frontend/Define.h"
#include "frontend/Functions.h"
#include "frontend/LinearAlgebra.h"
#include "frontend/Map.h"
#include "frontend/ModelImpl.h"
#include "frontend/Sample.h"
#include <gtest/gtest.h>
#include <set>

namespace gf = genfuse;

namespace {

/// The lines of all ops of a model, and whether each is a place in this file.
std::set<unsigned> linesOf(const gf::Model &model) {
  std::set<unsigned> lines;
  gf::moduleOf(model).walk([&](mlir::Operation *op) {
    auto place = mlir::dyn_cast<mlir::FileLineColLoc>(op->getLoc());
    ASSERT_TRUE(place);
    EXPECT_TRUE(place.getFilename().str().ends_with("LocationTest.cpp")) << place.getFilename().str();
    lines.insert(place.getLine());
  });
  return lines;
}

TEST(Location, OperatorsAndFunctions) {
  unsigned line = __LINE__ + 1;
  auto model = gf::trace_function("m", [](gf::Real a, gf::Vector v, gf::Matrix m) {
    a = a + 1;
    a = 2 * a;
    v = v * a;
    a += v[1];
    a = -a;
    v = m.row(2);
    a = gf::exp(a);
    a = gf::logsumexp(v);
    a = gf::min(v);
    gf::Bool c = a < 3.0;
    a = gf::select(c, a, m(0, 0));
    return a;
  });
  std::set<unsigned> expected;
  for (unsigned i = line; i <= line + 11; ++i)
    expected.insert(i);
  EXPECT_EQ(linesOf(model), expected);
}

TEST(Location, ChoicesParametersAndPlates) {
  unsigned line = __LINE__ + 1;
  auto model = gf::trace_function("m", [](gf::Vector s) {
    auto mu = gf::param("mu");
    auto x = gf::sample("x", gf::normal(mu, s[0]));
    gf::map("y", gf::normal, gf::shared(x), gf::elements(s));
    gf::map("z", gf::range(s.size()), [&](gf::Index i) { gf::sample("a", gf::normal(x, s[i])); });
  });
  EXPECT_EQ(linesOf(model), (std::set<unsigned>{line, line + 1, line + 2, line + 3, line + 4}));
}

TEST(Location, TextWithLocations) {
  auto model = gf::trace_function("m", [](gf::Real a) { return a; });
  EXPECT_NE(model.text(true).find("LocationTest.cpp"), std::string::npos);
  EXPECT_EQ(model.text().find("LocationTest.cpp"), std::string::npos);
}

} // namespace

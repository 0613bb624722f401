// Models from IR text.
#include "frontend/Model.h"
#include "runtime/Error.h"
#include "tests/ErrorOf.h"
#include <cstdio>
#include <fstream>
#include <gmock/gmock.h>

using genfuse::errorOf;
using genfuse::Model;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

const char *const twoFunctions = R"(
gen.func @inner(%m: f64) -> f64 {
  gen.return %m : f64
}
gen.func @outer(%a: f64) -> f64 {
  %v = gen.call "in" @inner(%a) : (f64) -> f64
  gen.return %v : f64
})";

TEST(Read, TheLastFunctionIsTheModel) {
  EXPECT_EQ(Model::parse(twoFunctions).name(), "outer");
  EXPECT_EQ(Model::parse(twoFunctions, "f.mlir", "inner").name(), "inner");
}

TEST(Read, TheTextEndsWhereItsViewEnds) {
  const std::string longer = std::string(twoFunctions) + "gen.func @broken(";
  EXPECT_EQ(Model::parse(std::string_view(longer).substr(0, std::string_view(twoFunctions).size())).name(),
            "outer");
}

TEST(Read, WhatIsPrintedCanBeRead) {
  std::string text = Model::parse(twoFunctions).text();
  EXPECT_EQ(Model::parse(text).text(), text);
}

TEST(Read, SyntaxErrorsHaveLineAndColumn) {
  EXPECT_THAT(errorOf([] { Model::parse("gen.func @f(%a: f64) {\n  gen.return %b : f64\n}", "f.mlir"); }),
              StartsWith("f.mlir:2:14: "));
}

TEST(Read, OperationsOutsideFunctionsAreRefused) {
  EXPECT_EQ(errorOf([] { Model::parse("\n  %b = gen.param \"b\" : f64", "f.mlir"); }),
            "f.mlir:2:8: 'gen.param' op expects to stand in a gen.func");
}

TEST(Read, ConstraintsOfTheDialectHaveLineAndColumn) {
  std::string text = errorOf([] {
    Model::parse("gen.func @f(%a: f64) {\n  %x = gen.sample \"x\" normal(%a) : (f64) -> f64\n  gen.return\n}",
                 "f.mlir");
  });
  EXPECT_THAT(text, StartsWith("f.mlir:2:8: "));
  EXPECT_THAT(text, HasSubstr("at address 'x'"));
}

TEST(Read, OneParameterWithTwoTypes) {
  EXPECT_THAT(errorOf([] {
                Model::parse("gen.func @f() {\n  %a = gen.param \"w\" : f64\n  gen.return\n}\n"
                             "gen.func @g() {\n  %b = gen.param \"f/w\" : tensor<3xf64>\n  gen.return\n}",
                             "f.mlir");
              }),
              StartsWith("f.mlir:6:8: "));
}

TEST(Read, NoFunction) {
  EXPECT_EQ(errorOf([] { Model::parse("", "f.mlir"); }), "f.mlir: expected a gen.func, got none");
  EXPECT_EQ(errorOf([] { Model::parse(twoFunctions, "f.mlir", "other"); }),
            "f.mlir: expected a gen.func named 'other', got none");
}

TEST(Read, Files) {
  EXPECT_EQ(errorOf([] { Model::load("no/such/file.mlir"); }),
            "cannot read the model file 'no/such/file.mlir'");
  std::string path = testing::TempDir() + "genfuse_read_test.mlir";
  std::ofstream(path) << twoFunctions;
  EXPECT_EQ(Model::load(path).name(), "outer");
  std::remove(path.c_str());
}

} // namespace

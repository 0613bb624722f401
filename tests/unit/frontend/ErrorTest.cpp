// Errors of the frontend: their text, address and line.
#include "frontend/genfuse.h"
#include "tests/ErrorOf.h"
#include <gmock/gmock.h>

namespace gf = genfuse;
using genfuse::errorOf;
using testing::HasSubstr;
using testing::MatchesRegex;

namespace {

template <class F> std::string tracingError(const F &body) {
  return errorOf([&] { gf::gen("m", body); });
}

/// "ErrorTest.cpp:<line>: "
std::string at(unsigned line) { return "ErrorTest.cpp:" + std::to_string(line) + ": "; }

TEST(FrontendError, DuplicateAddressNamesBothLines) {
  unsigned line = __LINE__ + 2;
  std::string text = tracingError([](gf::Real a) {
    auto x = gf::sample("x", gf::normal(a, 1));
    gf::sample("x", gf::normal(x, 1));
  });
  EXPECT_THAT(text, HasSubstr(at(line + 1) + "address 'x' is taken: 'x' was used at "));
  EXPECT_THAT(text, HasSubstr("ErrorTest.cpp:" + std::to_string(line)));
}

TEST(FrontendError, AnAddressIsNoPrefixOfAnother) {
  EXPECT_THAT(tracingError([] {
                gf::sample("x", gf::normal(0, 1));
                gf::sample("x/y", gf::normal(0, 1));
              }),
              HasSubstr("address 'x/y' is taken: 'x'"));
  EXPECT_THAT(tracingError([](gf::Vector s) {
                gf::map("y", gf::normal, gf::shared(gf::Real(0)), gf::elements(s));
                gf::sample("y", gf::normal(0, 1));
              }),
              HasSubstr("address 'y' is taken"));
}

TEST(FrontendError, TheSameAddressInTwoPlatesIsFine) {
  EXPECT_EQ(tracingError([](gf::Vector s) {
              gf::map("a", gf::elements(s), [](gf::Real x) { gf::sample("y", gf::normal(x, 1)); });
              gf::map("b", gf::elements(s), [](gf::Real x) { gf::sample("y", gf::normal(x, 1)); });
            }),
            "no error");
}

TEST(FrontendError, NotAnAddress) {
  EXPECT_THAT(tracingError([] { gf::sample("a/3", gf::normal(0, 1)); }),
              HasSubstr("address 'a/3' has the component"));
  EXPECT_THAT(tracingError([] { gf::sample("a//b", gf::normal(0, 1)); }), HasSubstr("empty component"));
  EXPECT_THAT(errorOf([] { gf::gen("a/b", [] {}); }), HasSubstr("one word"));
  EXPECT_THAT(errorOf([] { gf::gen("", [] {}); }), HasSubstr("model name ''"));
}

TEST(FrontendError, AChoiceOutsideAPlateHasAnAddress) {
  unsigned line = __LINE__ + 1;
  std::string text = tracingError([] { gf::sample(gf::normal(0, 1)); });
  EXPECT_THAT(text, HasSubstr(at(line)));
  EXPECT_THAT(text, HasSubstr("expects an address"));
}

TEST(FrontendError, OutsideOfGen) {
  unsigned line = __LINE__ + 1;
  std::string text = errorOf([] { gf::exp(gf::Real(1)); });
  EXPECT_THAT(text, HasSubstr(at(line) + "traced values are computed only while"));
}

TEST(FrontendError, ValuesOfTwoTraces) {
  EXPECT_THAT(tracingError([](gf::Real a) { gf::gen("inner", [&](gf::Real b) { return a + b; }); }),
              HasSubstr("the value belongs to model 'm': hand it to 'inner' as an argument"));
  std::optional<gf::Real> kept;
  gf::gen("first", [&](gf::Real a) { kept = a; });
  EXPECT_THAT(tracingError([&](gf::Real a) { return a + *kept; }), HasSubstr("already traced, not to 'm'"));
}

TEST(FrontendError, AValueEscapesFromAPlate) {
  unsigned line = __LINE__ + 4;
  std::string text = tracingError([](gf::Vector s) {
    gf::Real total = 0;
    gf::map("y", gf::elements(s), [&](gf::Real x) { total += gf::sample("a", gf::normal(x, 1)); });
    return total + 1;
  });
  EXPECT_THAT(text, HasSubstr(at(line) + "the value belongs to one iteration of a plate that has ended"));
}

TEST(FrontendError, TheTraceIsUsableAfterAnError) {
  EXPECT_NE(tracingError([](gf::Vector s) {
              gf::map("y", gf::elements(s), [&](gf::Real) { gf::sample("1", gf::normal(0, 1)); });
            }),
            "no error");
  EXPECT_EQ(tracingError([](gf::Real a) { return a; }), "no error");
}

TEST(FrontendError, SizesDiffer) {
  unsigned line = __LINE__ + 1;
  std::string text = tracingError([] { return gf::param("a", {3}) + gf::param("b", {4}); });
  EXPECT_THAT(text, HasSubstr(at(line) + "sizes differ: vector of 3 reals and vector of 4 reals"));
  EXPECT_THAT(tracingError([] {
                return gf::matvec(gf::param("a", {3, 4}), gf::param("b", {5}));
              }),
              HasSubstr("has sizes 4 and 5 for the letter 'j'"));
  EXPECT_THAT(tracingError([] {
                gf::map("y", gf::normal, gf::elements(gf::param("a", {3})),
                        gf::elements(gf::param("b", {4})));
              }),
              HasSubstr("the sources of a plate have lengths 3 and 4"));
}

TEST(FrontendError, IndexOutOfRange) {
  EXPECT_THAT(tracingError([] { return gf::param("a", {3})[3]; }), HasSubstr("index 3 is out of range"));
  EXPECT_THAT(tracingError([](gf::Vector v) { return v[-1]; }), HasSubstr("index -1 is out of range"));
}

TEST(FrontendError, TooManyOperations) {
  EXPECT_THAT(tracingError([](gf::Real a) {
                for (int i = 0; i < 20'000; ++i)
                  a = a * a;
                return a;
              }),
              HasSubstr("more than 10000 traced operations: a C++ loop repeats them one by one, gf::map"));
}

TEST(FrontendError, OneParameterWithTwoTypes) {
  unsigned line = __LINE__ + 1;
  std::string text = tracingError([] { return gf::sum(gf::param("w", {3})) + gf::param("w"); });
  EXPECT_THAT(text, HasSubstr(at(line)));
  EXPECT_THAT(text, HasSubstr("gives parameter 'm/w' the type 'f64', but it has the type 'tensor<3xf64>'"));
  EXPECT_THAT(tracingError([] { return gf::param("w", gf::init = 1.0) + gf::param("w", gf::init = 2.0); }),
              HasSubstr("gives parameter 'm/w' other initial values than before"));
}

TEST(FrontendError, InitialValues) {
  EXPECT_THAT(tracingError([] {
                gf::param("w", {3}, {1.0, 2.0});
              }),
              HasSubstr("parameter 'w' is a vector of 3 reals: expected one initial value or 3, got 2"));
  EXPECT_THAT(tracingError([](gf::Vector x) {
                gf::param("w", {x.size()}, {1.0, 2.0});
              }),
              HasSubstr("expected one initial value, got 2"));
  EXPECT_THAT(tracingError([] { gf::param("w", {0}); }), HasSubstr("has the size 0, expected at least 1"));
}

TEST(FrontendError, TwoModelsOfOneName) {
  auto first = gf::gen("part", [](gf::Real a) { return gf::sample("x", gf::normal(a, 1)); });
  auto second = gf::gen("part", [](gf::Real a) { return gf::sample("x", gf::normal(a, 2)); });
  EXPECT_THAT(tracingError([&](gf::Real a) { return first("f", a) + second("s", a); }),
              HasSubstr("two different models are named 'part'"));
  EXPECT_THAT(errorOf([&] { gf::gen("part", [&](gf::Real a) { return first("f", a); }); }),
              HasSubstr("two different models are named 'part'"));
}

TEST(FrontendError, ArgumentNames) {
  EXPECT_THAT(errorOf([] {
                gf::gen("m", {"a", "b"}, [](gf::Real a) { return a; });
              }),
              HasSubstr("has 1 arguments, but names for 2"));
}

TEST(FrontendError, CallsOfModelsFromText) {
  auto model = gf::Model::parse("gen.func @f(%a: f64) -> f64 {\n gen.return %a : f64\n}");
  EXPECT_EQ(tracingError([&](gf::Real a) { return gf::call_as<gf::Real>("in", model, a); }), "no error");
  EXPECT_THAT(tracingError([&](gf::Int a) { return gf::call_as<gf::Real>("in", model, a); }),
              HasSubstr("argument 0 of model 'f': expected real, got integer"));
  EXPECT_THAT(tracingError([&](gf::Real a) { return gf::call_as<gf::Int>("in", model, a); }),
              HasSubstr("result of model 'f': expected integer, got real"));
  EXPECT_THAT(tracingError([&](gf::Real a) { return gf::call_as<gf::Real>("in", model, a, a); }),
              HasSubstr("takes 1 arguments, got 2"));
}

} // namespace

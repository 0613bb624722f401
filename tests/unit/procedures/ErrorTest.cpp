// What is wrong with a procedure is said at the user's line: when it is traced, when it is compiled, or when
// it is called.
#include "tests/unit/procedures/Procedures.h"
#include <gmock/gmock.h>

using namespace genfuse;
using namespace genfuse::procedures;
using testing::AllOf;
using testing::HasSubstr;

namespace {

/// A procedure with arguments xs and ys; what compiling and running it reports.
template <class F> std::string errorOfProcedure(const F &body) {
  return errorOf([&] { Program(procedure("broken", {"xs", "ys"}, body)).run("run()", lineData(5)); });
}

TEST(ProcedureError, WhileItIsTraced) {
  EXPECT_THAT(
      errorOf([] { gen("m", {"n"}, [](Real x) { loop(3, x, [](Index, const Real &s) { return s; }); }); }),
      AllOf(HasSubstr("ErrorTest.cpp"), HasSubstr("a loop stands in a procedure")));
  EXPECT_THAT(errorOf([] { gen("m", {"xs"}, [](Vector xs) {
                             assess(lineModel(), {{{"xs", xs}}});
                           }); }),
              HasSubstr("operations are applied to models in a procedure"));
  EXPECT_THAT(
      errorOfProcedure([](Vector xs, Vector ys) {
        return loop(2, Values{{"v", xs}}, [&](Index, const Values &) { return Values{{"v", Real(1.0)}}; });
      }),
      HasSubstr("carries a vector of ? reals, and its body carries on a real"));
  EXPECT_THAT(errorOfProcedure([](Vector xs, Vector ys) {
                return Values{{"a", 1.0}} + Values{{"b", 1.0}};
              }),
              HasSubstr("expected values of the same names, got 'a' and 'b'"));
  EXPECT_THAT(errorOfProcedure([](Vector xs, Vector ys) {
                return gradient(lineModel(),
                                {{{"xs", xs}}, {{"a", Real(0.0)}, {"b", Real(0.0)}, {"y/*", ys}}}, {"c"})
                    .gradients;
              }),
              HasSubstr("the gradient with respect to 'c' is asked for, which is not given"));
}

TEST(ProcedureError, WhenItIsCompiled) {
  EXPECT_THAT(errorOfProcedure([](Vector xs, Vector ys) {
                return Values{{"s", assess(lineModel(), {{{"xs", xs}}, {{"a", Real(0.0)}, {"y/*", ys}}})}};
              }),
              AllOf(HasSubstr("ErrorTest.cpp"), HasSubstr("expects an operand 'choice b'")));
  EXPECT_THAT(errorOfProcedure([](Vector xs, Vector ys) {
                const Values choices{{"a", Real(0.0)}, {"b", Real(0.0)}, {"c", Real(0.0)}, {"y/*", ys}};
                return Values{{"s", assess(lineModel(), {{{"xs", xs}}, choices})}};
              }),
              HasSubstr("has an operand 'choice c', which 'assess()' of 'line' does not take"));
  EXPECT_THAT(errorOfProcedure([](Vector xs, Vector ys) {
                return apply(lineModel(), "generate(nothing)", {{{"xs", xs}}}, {wanted<Real>("weight")});
              }),
              HasSubstr("unknown address 'nothing'; the model's choices are a, b, y/*"));
  EXPECT_THAT(errorOf([] { Program(lineChain(2)).run("simulate()", lineData(5)); }),
              HasSubstr("'line_chain' is a procedure, which has no trace: expected run()"));
  EXPECT_THAT(errorOf([] { Program(lineModel()).run("run()", {}); }), HasSubstr("only a procedure is run"));
  EXPECT_THAT(errorOf([] { Program(lineChain(2), {.checked = true}).run("run()", lineData(5)); }),
              HasSubstr("checked mode"));
}

TEST(ProcedureError, WhenItIsCalled) {
  Program program(lineChain(2));
  Inputs inputs = lineData(5);
  inputs.arguments["ys"] = vectorOf(ElementType::f32, {1, 2});
  EXPECT_THAT(errorOf([&] { program.run("run()", inputs); }), AllOf(HasSubstr("ys.0"), HasSubstr("xs.0")));
  inputs.arguments.erase("ys");
  EXPECT_THAT(errorOf([&] { program.run("run()", inputs); }), HasSubstr("missing argument 'ys'"));
}

} // namespace

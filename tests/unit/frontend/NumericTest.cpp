// Values and derivatives of what the frontend emits, compiled in double.
#include "NumericModels.h"
#include "codegen/Program.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace genfuse;

namespace {

double number(const Array &array) { return *static_cast<const double *>(array.data()); }

TEST(Numeric, ValuesAndDerivatives) {
  CompileOptions options;
  options.real = decltype(options.real)::f64;
  for (const NumericCase &each : numericCases()) {
    SCOPED_TRACE(each.name);
    Program program(each.model, options);
    for (double x : {-1.3, 0.2, 0.9, 1.7}) {
      Inputs inputs;
      inputs.arguments["x"] = Array::scalar(x);
      inputs.choices.set("y", 0.5);
      double expected = each.value(x);
      EXPECT_NEAR(number(program.run("assess()", inputs).returnValue), expected,
                  1e-12 * (1 + std::fabs(expected)));
      inputs.returnGradient = Array::scalar(1.0);
      double step = 1e-5, slope = (each.value(x + step) - each.value(x - step)) / (2 * step);
      EXPECT_NEAR(number(program.run("gradient(x; return)", inputs).argumentGradients.at("x")), slope,
                  1e-7 * (1 + std::fabs(slope)))
          << "at " << x;
    }
  }
}

TEST(Numeric, NothingOverflows) {
  CompileOptions options;
  options.real = decltype(options.real)::f64;
  for (const NumericCase &each : numericCases()) {
    std::string name = each.name;
    if (name != "sigmoid" && name != "log_sigmoid" && name != "softplus")
      continue;
    SCOPED_TRACE(name);
    Program program(each.model, options);
    for (double x : {-1000.0, 0.0, 1000.0}) {
      Inputs inputs;
      inputs.arguments["x"] = Array::scalar(x);
      inputs.choices.set("y", 0.5);
      inputs.returnGradient = Array::scalar(1.0);
      double s = x < 0 ? 0 : x > 0 ? 1 : 0.5;
      double expected = name == "sigmoid" ? s * (1 - s) : name == "softplus" ? s : 1 - s;
      EXPECT_EQ(number(program.run("gradient(x; return)", inputs).argumentGradients.at("x")), expected)
          << "at " << x;
    }
  }
}

} // namespace

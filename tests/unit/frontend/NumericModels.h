// Models of one function of one number each, beside the same function of doubles. Apart from the test, which
// sees the compiler's headers.
#pragma once

#include "frontend/Model.h"
#include <vector>

struct NumericCase {
  const char *name;
  genfuse::Model model; ///< of an argument `x`; returns the function's value
  double (*value)(double);
};

std::vector<NumericCase> numericCases();

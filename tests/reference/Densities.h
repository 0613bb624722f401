// Log densities of all distributions, by the templates of their records.
#pragma once

#include "tests/reference/Tensor.h"
#include <string_view>

namespace genfuse::reference {

/// The log density of `value`; a record's own test is the table of cases. Throws Error for an unknown name.
Number logDensity(std::string_view distribution, const Tensor &value, const std::vector<Tensor> &parameters);

} // namespace genfuse::reference

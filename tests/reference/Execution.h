// One run of a generative function: the model's own text, op by op.
#pragma once

#include "ir/Gen.h"
#include "tests/reference/Tensor.h"
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace genfuse::reference {

/// Values by argument name, parameter path or address.
using Values = std::map<std::string, Tensor>;

/// A random choice that is about to be made.
struct Site {
  std::string address; ///< `rows/1/y/0`
  std::string distribution;
  std::vector<Tensor> parameters;
};

/// Says which value a choice takes.
using Chooser = std::function<Tensor(const Site &)>;

/// What a model reads besides its choices: arguments by name, parameters by path (`digit/W`).
struct Inputs {
  Values arguments, parameters;
};

/// Runs the function, asking `choose` for every choice in program order. The return value, if there is one.
/// Throws Error for a missing argument or parameter, an op that the reference does not know, the same address
/// twice, and offsets of rows that do not go from 0 up to the total.
std::optional<Tensor> execute(gen::FuncOp function, const Inputs &inputs, const Chooser &choose);

} // namespace genfuse::reference

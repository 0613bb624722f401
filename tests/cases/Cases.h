// The acceptance cases of gfi-cases.json, and comparison with their tolerances.
#pragma once

#include "codegen/Program.h"
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace genfuse::cases {

/// Every case of the file.
const nlohmann::json &all();

/// The cases of one kind whose id is accepted.
std::vector<nlohmann::json> ofKind(const std::string &kind,
                                   const std::function<bool(const nlohmann::json &)> &accept);

/// A number of the file: infinities are strings.
double number(const nlohmann::json &value);

/// A JSON scalar, list or list of rows as an array of the wanted type; with `instances` > 0 repeated for each
/// instance, last.
Array array(const nlohmann::json &value, ElementType type, int64_t instances = 0);

/// How a kernel is compiled and called: everything has to give the same numbers.
struct Setting {
  Precision real;
  Mapping mapping;
  int64_t instances; ///< 0: arrays without instances
  int64_t lanes = 0; ///< threads of a group, for CUDA text
};
CompileOptions optionsOf(const Setting &setting);
std::vector<Setting> settings();
std::string name(const Setting &setting);

/// A model of tests/models/cases.mlir, compiled for a setting; made once.
Program &programOf(const std::string &model, const Setting &setting);

/// Sets an argument of a model, by its type; with `instances` > 0 repeated for each. Rows of their own
/// lengths, a list of lists where the model also has an argument `name`_offsets, become one flat array and
/// the offsets, which instances share.
void setArgument(Arrays &arguments, const Program &program, const std::string &name,
                 const nlohmann::json &value, int64_t instances = 0);

/// Values at single addresses as whole leaves, which traces are made of: `y/0` and `y/1` become `y/*`, and
/// `rows/0/y/0` a part of `rows/*/y/*`, whose rows have the offsets among the arguments.
ChoiceMap wholeLeaves(const Program &program, const nlohmann::json &choices, const Arrays &arguments,
                      int64_t instances = 0);

/// The name of the leaf that an address belongs to.
std::string leafOf(const std::string &address);

/// Fails the running test unless `got` is `expected` to the tolerances of the cases: 1e-9 relative (1e-12 at
/// 0) in double, 2e-5 relative (1e-6 at 0) in float. Every instance of `got` is compared.
void expectNear(const nlohmann::json &expected, const Array &got, Precision real, const std::string &what);

} // namespace genfuse::cases

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

/// The arguments of a case for a program. Rows of a ragged argument `s` lie one after the other; the program
/// takes their offsets as `s_offsets`.
Arrays arguments(const nlohmann::json &values, const Program &program, ElementType real);

/// How a kernel is compiled and called: everything has to give the same numbers.
struct Setting {
  Precision real;
  Mapping mapping;
  int64_t instances; ///< 0: arrays without instances
};
std::vector<Setting> settings();
std::string name(const Setting &setting);

/// A model of tests/models/cases.mlir, compiled for a setting; made once.
Program &programOf(const std::string &model, const Setting &setting);

/// Fails the running test unless `got` is `expected` to the tolerances of the cases: 1e-9 relative (1e-12 at
/// 0) in double, 2e-5 relative (1e-6 at 0) in float. Every instance of `got` is compared.
void expectNear(const nlohmann::json &expected, const Array &got, Precision real, const std::string &what);

} // namespace genfuse::cases

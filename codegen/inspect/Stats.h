// What a request costs and how it was compiled, for people and for programs.
#pragma once

#include "codegen/Program.h"
#include <string>

namespace genfuse {

enum class StatsFormat { text, json };

/// Compiles a request of the program's model and reports sweeps over the data, traffic and arithmetic
/// (codegen/inspect/Cost.h says how they are counted), the mapping with its reason, what each pass did, and
/// times. With `inputs`, which the request then has to bind, counts are given as numbers too, and the bytes
/// of workspace. Errors: those of Program::bind.
GENFUSE_API std::string statsOf(const Model &model, const Program &program, const std::string &request,
                                const RunOptions &options = {}, const Inputs *inputs = nullptr,
                                StatsFormat format = StatsFormat::text);

} // namespace genfuse

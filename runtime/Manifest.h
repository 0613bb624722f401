// Signatures from and to JSON: the part of an artefact's manifest that describes one kernel.
#pragma once

#include "runtime/Json.h"
#include "runtime/Signature.h"

namespace genfuse {

/// `{"abi_version": 1, "entry": "f", "symbols": ["n"], "arrays": [{"name": "x", "role": "argument", "type":
/// "f64", "shape": ["n", 3, {"constant": 1, "terms": [[2, "n"]]}], "batched": true, "output": false}]}`: a
/// size is a number, a symbol, or constant + sum of coefficient * symbol. A parameter with initial values
/// also has `"init": [0.5]`.
__attribute__((visibility("default"))) nlohmann::json signatureToJson(const Signature &signature);

/// Errors, which name the place: another abi version, missing or unknown members, values of another kind,
/// names of roles, types and symbols that do not exist.
__attribute__((visibility("default"))) Signature signatureFromJson(const nlohmann::json &json);

} // namespace genfuse

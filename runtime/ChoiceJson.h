// Choice maps from and to JSON.
#pragma once

#include "runtime/ChoiceMap.h"
#include "runtime/Json.h"

namespace genfuse {

/// Keys are addresses, whole or in parts: `{"rows/0/m": 0.3}` and `{"rows": {"0": {"m": 0.3}}}` are the same,
/// and
/// `{"y/*": [0.5, 1.5]}` is a whole leaf. Arrays are vector choices, nested by row. Numbers with a point or
/// an exponent are reals, others integers; `"inf"`, `"-inf"` and `"nan"` are reals. All values are literals:
/// an integer may stand for a real later. Errors, which name the address: other values, rows of different
/// lengths, numbers and booleans in one array, what `ChoiceMap::set` refuses.
__attribute__((visibility("default"))) ChoiceMap choicesFromJson(const nlohmann::json &json);

/// One object with whole addresses as keys, as `choicesFromJson` reads it (an f32 array comes back as f64
/// literals).
__attribute__((visibility("default"))) nlohmann::json choicesToJson(const ChoiceMap &choices);

} // namespace genfuse

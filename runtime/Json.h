// JSON text with errors of this library.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace genfuse {

/// Errors: text that is not JSON (with the line and column where it fails), an object that has the same key
/// twice.
__attribute__((visibility("default"))) nlohmann::json parseJson(std::string_view text);

} // namespace genfuse

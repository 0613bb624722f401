#include "runtime/Json.h"
#include "runtime/Error.h"
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace genfuse {

/// `line 2, column 3` of the byte with that number, counting from 1.
static std::string placeOf(std::string_view text, size_t byte) {
  const std::string_view before = text.substr(0, byte == 0 ? 0 : byte - 1);
  const size_t line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t start = before.rfind('\n');
  const size_t column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

nlohmann::json parseJson(std::string_view text) {
  using Event = nlohmann::json::parse_event_t;
  std::vector<std::set<std::string>> keys; // of the open objects
  std::string repeated;
  auto watch = [&](int, Event event, nlohmann::json &value) {
    if (event == Event::object_start)
      keys.emplace_back();
    else if (event == Event::object_end)
      keys.pop_back();
    else if (event == Event::key && !keys.back().insert(value.get<std::string>()).second && repeated.empty())
      repeated = value.get<std::string>();
    return true;
  };
  try {
    nlohmann::json result = nlohmann::json::parse(text.begin(), text.end(), watch);
    if (!repeated.empty())
      throw Error("json: expected each key once in an object, got '" + repeated + "' twice");
    return result;
  } catch (const nlohmann::json::parse_error &error) {
    throw Error("json: expected a complete document, got a syntax error at " + placeOf(text, error.byte));
  } catch (const nlohmann::json::out_of_range &) {
    throw Error("json: expected numbers that a double holds, got a larger one");
  }
}

} // namespace genfuse

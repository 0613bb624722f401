#include "runtime/Names.h"
#include <array>

namespace genfuse {
namespace {

constexpr std::array<std::string_view, 4> types = {"f32", "f64", "i64", "boolean"};
constexpr std::array<std::string_view, 19> roles = {
    "argument",    "parameter",   "choice",           "returnGradient", "score",
    "weight",      "returnValue", "argumentGradient", "choiceGradient", "parameterGradient",
    "newArgument", "constraint",  "elements",         "selected",       "drawn",
    "scoreChange", "count",       "scoreGradient",    "result"};

template <class Enum, size_t n>
std::optional<Enum> find(const std::array<std::string_view, n> &names, std::string_view name) {
  for (size_t i = 0; i < n; ++i)
    if (names[i] == name)
      return static_cast<Enum>(i);
  return std::nullopt;
}

template <size_t n> std::string join(const std::array<std::string_view, n> &names) {
  std::string text;
  for (std::string_view name : names)
    text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

} // namespace

std::string_view typeName(ElementType type) { return types[static_cast<size_t>(type)]; }
std::optional<ElementType> typeFromName(std::string_view name) { return find<ElementType>(types, name); }
std::string_view roleName(Role role) { return roles[static_cast<size_t>(role)]; }
std::optional<Role> roleFromName(std::string_view name) { return find<Role>(roles, name); }
std::string allTypeNames() { return join(types); }
std::string allRoleNames() { return join(roles); }

int64_t byteSize(ElementType type) {
  return dispatch(type, []<class T>() -> int64_t { return sizeof(T); });
}

} // namespace genfuse

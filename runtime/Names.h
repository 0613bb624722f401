// Printed names of element types and roles, and the C++ types of elements.
#pragma once

#include "runtime/Signature.h"
#include <optional>
#include <string_view>

namespace genfuse {

/// `f32`, `f64`, `i64` or `boolean`.
__attribute__((visibility("default"))) std::string_view typeName(ElementType type);
__attribute__((visibility("default"))) std::optional<ElementType> typeFromName(std::string_view name);

/// The enumerator as a word: `argument`, `parameterGradient`, ...
__attribute__((visibility("default"))) std::string_view roleName(Role role);
__attribute__((visibility("default"))) std::optional<Role> roleFromName(std::string_view name);

/// All names, for messages: `argument, parameter, ...`.
__attribute__((visibility("default"))) std::string allTypeNames();
__attribute__((visibility("default"))) std::string allRoleNames();

/// Bytes of one element in memory (a boolean takes one byte).
__attribute__((visibility("default"))) int64_t byteSize(ElementType type);

template <class T> struct ElementTypeOf;
template <> struct ElementTypeOf<float> { static constexpr ElementType value = ElementType::f32; };
template <> struct ElementTypeOf<double> { static constexpr ElementType value = ElementType::f64; };
template <> struct ElementTypeOf<int64_t> { static constexpr ElementType value = ElementType::i64; };
template <> struct ElementTypeOf<bool> { static constexpr ElementType value = ElementType::boolean; };

/// float, double, int64_t and bool are the C++ types of elements.
template <class T>
concept Element = requires {
  ElementTypeOf<T>::value;
};

/// Calls `function.operator()<T>()` with the C++ type of `type`.
template <class Function> decltype(auto) dispatch(ElementType type, Function &&function) {
  switch (type) {
  case ElementType::f32:
    return function.template operator()<float>();
  case ElementType::f64:
    return function.template operator()<double>();
  case ElementType::i64:
    return function.template operator()<int64_t>();
  case ElementType::boolean:
    break;
  }
  return function.template operator()<bool>();
}

} // namespace genfuse

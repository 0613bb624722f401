// Operands that know the line they were written on. An operator takes `Located<Real>`: the conversion from
// what the user wrote runs at the user's line, and its defaulted argument records that line.
#pragma once

#include <concepts>
#include <source_location>
#include <string>
#include <string_view>

namespace genfuse {

using SourceLocation = std::source_location;

/// A value of type T and where it was written.
template <class T> struct Located {
  T value;
  SourceLocation where;

  template <std::convertible_to<T> U>
  Located(const U &value, SourceLocation where = SourceLocation::current()) : value(value), where(where) {}
};

/// The address of a choice, call or plate, or the name of a model or parameter; and where it was written.
struct Label {
  std::string text;
  SourceLocation where;

  template <std::convertible_to<std::string_view> U>
  Label(const U &text, SourceLocation where = SourceLocation::current())
      : text(std::string_view(text)), where(where) {}
};

} // namespace genfuse

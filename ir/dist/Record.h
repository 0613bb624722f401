// What every distribution record states about itself. A record is a struct with
//   static constexpr Record record            name, arguments, support, ...
//   template <class A> static logpdf(...)     the log density, written once over an algebra A
//   template <class A> static sample(...)     a draw, from the standard variates of A::Source
// An algebra supplies Real, Integer, Boolean, Vector and their operations; passes/IrAlgebra.h emits IR.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace genfuse::dist {

/// The mathematical kind of a value: how many numbers, of which type.
enum class Kind { real, integer, boolean, realVector, realMatrix };

/// One argument of a distribution. `domain` is a sentence fragment for errors and documentation.
struct Argument {
  std::string_view name;
  Kind kind;
  std::string_view domain;
  /// A letter per dimension: dimensions of the same letter, of arguments and of the value, have equal sizes.
  /// None: any size.
  std::string_view sizes = {};
};

struct Record {
  static constexpr std::size_t maxArguments = 4;

  std::string_view name;
  Kind value;
  std::string_view support;
  std::array<Argument, maxArguments> argumentStore;
  std::size_t argumentCount;
  /// Whether the log density has a derivative in the value.
  bool continuous;
  /// The letter of a vector value's size; some argument has it too.
  std::string_view valueSizes = {};

  constexpr const Argument *begin() const { return argumentStore.data(); }
  constexpr const Argument *end() const { return argumentStore.data() + argumentCount; }
};

} // namespace genfuse::dist

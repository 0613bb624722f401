// Addresses of choices: paths such as `rows/1/y/0`, and the names of leaves such as `rows/*/y/*`.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace genfuse {

/// One part of a path. Indices come before stars and words in the order of components.
struct __attribute__((visibility("default"))) Component {
  enum class Kind { index, star, word };
  Kind kind = Kind::word;
  int64_t index = 0; ///< of an index
  std::string word;  ///< of a word

  std::string text() const;
  /// True if some address has both: they are equal, or one is a star and the other no word.
  bool meets(const Component &other) const;
  friend auto operator<=>(const Component &, const Component &) = default;
};

using Path = std::vector<Component>;

/// The path of one choice, such as `rows/1/y/0`.
class __attribute__((visibility("default"))) Address {
public:
  Address() = default;
  /// Errors: an empty component, `*`, a character of the request grammar, an index with a leading zero or
  /// beyond 64 bits.
  static Address parse(std::string_view text);

  const Path &path() const { return path_; }
  std::string text() const;
  friend auto operator<=>(const Address &, const Address &) = default;

private:
  friend class Pattern;
  Path path_;
};

/// The name of a leaf, with a star for each index of a plate: `rows/*/y/*`. It may also hold constant
/// indices.
class __attribute__((visibility("default"))) Pattern {
public:
  Pattern() = default;
  explicit Pattern(Path path) : path_(std::move(path)) {}
  explicit Pattern(const Address &address) : path_(address.path()) {}
  /// Errors: those of an address, except for `*`.
  static Pattern parse(std::string_view text);

  const Path &path() const { return path_; }
  std::string text() const;
  /// How many stars there are.
  size_t stars() const;
  /// The indices in place of the stars where the address is one of this leaf.
  std::optional<std::vector<int64_t>> match(const Address &address) const;
  /// The address with these indices in place of the stars. Errors: a number of indices other than `stars()`.
  Address at(const std::vector<int64_t> &indices) const;
  /// The leaf's name: every index becomes a star.
  Pattern erased() const;
  friend auto operator<=>(const Pattern &, const Pattern &) = default;

private:
  Path path_;
};

/// How the addresses of two paths lie to each other.
enum class Relation {
  apart,  ///< no address of one is at or below one of the other
  same,   ///< they share addresses
  inside, ///< the first lies in a sub-map at the second
  around, ///< the second lies in a sub-map at the first
};
__attribute__((visibility("default"))) Relation relate(const Path &first, const Path &second);

/// The components joined by `/`.
__attribute__((visibility("default"))) std::string pathText(const Path &path);

} // namespace genfuse

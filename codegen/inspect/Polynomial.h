// Counts as polynomials in the sizes of arrays: `8 * s.0 + 12`.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace genfuse::inspect {

/// A sum of products of named sizes with integer coefficients, in canonical form: equal ones compare equal.
class Polynomial {
public:
  Polynomial() = default;
  Polynomial(int64_t constant);
  static Polynomial symbol(const std::string &name);

  Polynomial operator+(const Polynomial &other) const;
  Polynomial operator*(const Polynomial &other) const;
  Polynomial &operator+=(const Polynomial &other) { return *this = *this + other; }
  bool isZero() const { return terms.empty(); }
  /// The value of one without symbols.
  std::optional<int64_t> constant() const;

  /// `8 * s.0 * instances + 12`: terms of higher degree first, then by name.
  std::string text() const;
  /// None if a symbol has no value.
  std::optional<int64_t> at(const std::function<std::optional<int64_t>(const std::string &)> &value) const;

  friend bool operator==(const Polynomial &, const Polynomial &) = default;

private:
  /// Product of symbols, sorted and repeated as often as they occur -> coefficient, never 0.
  std::map<std::vector<std::string>, int64_t> terms;
};

} // namespace genfuse::inspect

// Traced values by name: choices by address, arguments, parameters, results of a procedure.
#pragma once

#include "frontend/Sample.h"
#include <string>
#include <vector>

namespace genfuse {

/// An ordered set of traced values with names, such as the position of a Markov chain: `{{"mu", mu},
/// {"theta/*", theta}}`. Arithmetic works value by value; two sets that meet have the same names in the same
/// order.
class GENFUSE_API Values {
public:
  struct Entry {
    std::string name;
    detail::Node value;
    template <Traced T> Entry(std::string_view name, const T &value) : name(name), value(value) {}
    template <RealLiteral T> Entry(std::string_view name, T value) : Entry(name, Real(value)) {}
    Entry(std::string name, const detail::Node &value) : name(std::move(name)), value(value) {}
  };

  Values() = default;
  Values(std::initializer_list<Entry> entries) : entries_(entries) {}
  explicit Values(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  /// The value of that name. Throws Error if there is none.
  template <Traced T> T get(const Label &name) const { return T(find(name)); }
  const std::vector<Entry> &entries() const { return entries_; }
  /// These and others. Throws Error if a name is in both.
  Values with(const Values &others, SourceLocation where = SourceLocation::current()) const;

private:
  detail::Node find(const Label &name) const;
  std::vector<Entry> entries_;
};

namespace detail {
GENFUSE_API Values binaryOfValues(Binary operation, const Values &a, const Values &b, SourceLocation where);
GENFUSE_API Values scaledValues(const Node &factor, const Values &a, SourceLocation where);
} // namespace detail

inline Values operator+(Located<Values> a, Located<Values> b) {
  return detail::binaryOfValues(detail::Binary::add, a.value, b.value, a.where);
}
inline Values operator-(Located<Values> a, Located<Values> b) {
  return detail::binaryOfValues(detail::Binary::subtract, a.value, b.value, a.where);
}
inline Values operator*(Located<Real> factor, Located<Values> a) {
  return detail::scaledValues(factor.value, a.value, factor.where);
}
/// The sum of the products of all elements.
GENFUSE_API Real dot(const Values &a, const Values &b, SourceLocation where = SourceLocation::current());
/// `a` where the condition holds, `b` elsewhere: with a condition an instance, what a Metropolis step
/// accepts.
GENFUSE_API Values select(const Bool &condition, const Values &a, const Values &b,
                          SourceLocation where = SourceLocation::current());
/// Independent standard normals with the shapes of `like`, in a procedure.
GENFUSE_API Values standard_normal(const Values &like, SourceLocation where = SourceLocation::current());

} // namespace genfuse

// Sizes of a signature's arrays: which symbols the given arrays bind, and whether all of them agree.
#pragma once

#include "runtime/Array.h"
#include "runtime/Signature.h"
#include <optional>

namespace genfuse {

/// `argument 'x'`, for messages.
std::string describe(const ArraySpec &spec);

/// Solves the symbolic dimensions from arrays and checks the shapes of all arrays. `arrays` has an entry per
/// array of the signature; undefined ones are not known yet.
class Binding {
public:
  /// Errors, which name the array: another type or rank or shape (with the array that bound the symbol), a
  /// last dimension with a stride other than 1, a symbol that no integer of 0 or more solves.
  Binding(const Signature &signature, const std::vector<Array> &arrays, int64_t instances);

  /// The shape of an array, with the instances where it has them. Errors: a symbol that no array binds.
  Shape shapeOf(size_t array) const;

  /// The value of a symbol of the signature; none if no array binds it.
  std::optional<int64_t> symbolValue(size_t symbol) const;

private:
  struct Symbol {
    bool bound = false;
    int64_t value = 0;
    size_t source = 0; ///< the array that bound it
  };

  void checkForm(size_t array) const;
  void solveAll();
  bool solveDimension(size_t array, size_t dimension);
  void checkShape(size_t array) const;
  void checkSizes() const;
  bool evaluate(const Dimension &dimension, int64_t &size) const;
  std::string expectedShape(const ArraySpec &spec) const;
  std::string sourcesOf(const Dimension &dimension, size_t array) const;
  [[noreturn]] void failShape(size_t array, const std::string &reason) const;

  const Signature &signature_;
  const std::vector<Array> &arrays_;
  int64_t instances_;
  std::vector<Symbol> symbols_;
};

} // namespace genfuse

// Choice maps as one flat array, for optimisers, files and other programs.
//
// The order: leaves in program order of the model (as `Program::leaves` and the signature of `assess()` list
// them); within a leaf row-major over `[plate lengths..., element shape...]`, the last index fastest. So
// `mu`, then `rows/0/m`, `rows/1/m`, then `rows/0/y/0`, `rows/0/y/1`, `rows/1/y/0`, ...: a leaf is never
// interleaved with another one.
#pragma once

#include "runtime/ChoiceMap.h"
#include "runtime/Signature.h"
#include <cstddef>
#include <map>

namespace genfuse {

/// One leaf with its sizes.
struct FlatLeaf {
  std::string name; ///< `rows/*/y/*`
  ElementType type = ElementType::f64;
  Shape plateLengths; ///< one a star
  Shape elementShape; ///< of a vector choice
};

class __attribute__((visibility("default"))) FlatChoices {
public:
  /// Errors: a name that is no leaf's or comes twice, another number of plate lengths than stars, a negative
  /// size.
  explicit FlatChoices(std::vector<FlatLeaf> leaves);

  /// The leaves of a signature (that of `assess()` has all of a model) for these sizes of its symbols, as
  /// `Call::sizes` gives them. Errors: a symbol without a size.
  static FlatChoices of(const Signature &signature, const std::map<std::string, int64_t> &sizes);

  const std::vector<FlatLeaf> &leaves() const { return leaves_; }
  /// Elements of the f64 form.
  int64_t elementCount() const { return first_.back(); }
  /// Bytes of the native form.
  int64_t byteCount() const { return bytes_.back(); }
  /// The address at a position of the f64 form, with the element of a vector choice in brackets: `y/3`,
  /// `v[0, 1]`. Errors: a position past the end.
  std::string nameAt(int64_t position) const;

  /// All choices as f64 `[elementCount()]`; integers and booleans as numbers. Errors: a missing, unknown or
  /// mistyped choice, an integer that a double does not hold.
  Array flatten(const ChoiceMap &choices) const;
  /// The choices of an array of that form, as whole leaves; reals are rounded to the type of their leaf.
  /// Errors: another type or length (with the lengths of all leaves), a number that is none of its leaf's
  /// type (with its address).
  ChoiceMap unflatten(const Array &flat) const;

  /// The native form: each leaf in its own type (booleans a byte), at the next multiple of its element's
  /// size; gaps are 0. Errors: a missing, unknown or mistyped choice.
  std::vector<std::byte> toBytes(const ChoiceMap &choices) const;
  /// Errors: another number of bytes, a boolean other than 0 and 1.
  ChoiceMap fromBytes(const std::vector<std::byte> &bytes) const;

private:
  std::string lengthsText() const;
  std::vector<std::string> names() const;
  Array leafOf(const ChoiceMap &choices, const FlatLeaf &leaf) const;

  std::vector<FlatLeaf> leaves_;
  std::vector<int64_t> first_; ///< position of each leaf's first element; the last entry is their number
  std::vector<int64_t> bytes_; ///< likewise in bytes
};

} // namespace genfuse

// A model: a generative function in the compiler's IR, with all the functions that it calls.
#pragma once

#include "frontend/Api.h"
#include <memory>
#include <string>
#include <string_view>

namespace genfuse {

/// Cheap to copy; copies share one immutable model.
class GENFUSE_API Model {
public:
  struct Impl;

  /// Reads IR text. `filename` is named in errors; `entry` names the function, by default the last one.
  /// Throws Error with line and column.
  static Model parse(std::string_view text, std::string_view filename = "model", std::string_view entry = "");
  /// Reads a .mlir file. Throws Error with line and column, or if the file cannot be read.
  static Model load(const std::string &path, std::string_view entry = "");

  /// The name of the entry function.
  const std::string &name() const;
  /// The IR as text, each op with its source location if asked for.
  std::string text(bool locations = false) const;

  explicit Model(std::shared_ptr<const Impl> impl) : impl(std::move(impl)) {}
  const Impl &get() const { return *impl; }

private:
  std::shared_ptr<const Impl> impl;
};

} // namespace genfuse

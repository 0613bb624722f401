// Requests: which operation of the interface, for which choices. One grammar in C++, CMake and on the command
// line:
//
//   request  = operation '(' [names] ['|' names] [';' flags] ')'
//   operation = simulate | generate | assess | gradient
//   names    = name {',' name}                addresses of choices (a plate's index is `*`), arguments,
//   parameters flags    = flag {',' flag}
//
//   simulate()                        every choice is drawn
//   generate(y/*)                     y/* is constrained, the others are drawn
//   assess()                          every choice is given
//   gradient(x, theta | y/*)          with respect to x and theta; the names after the bar are checked, no
//   more
// Flags: `return` (gradient: add <cotangent, return value> to the objective), `weighted` (gradient: the log
// density counts times a cotangent that the caller gives, one per instance), `replay` (drawn choices are
// read from the caller, weights stay those of drawn choices), `drop-constants` (gradient: leave out constant
// summands).
#pragma once

#include <string>
#include <vector>

namespace genfuse {

enum class GfiOperation { simulate, generate, assess, gradient };

struct Request {
  GfiOperation operation = GfiOperation::simulate;
  std::vector<std::string> names;
  std::vector<std::string> given;
  bool returnGradient = false;
  bool weighted = false;
  bool replay = false;
  bool dropConstants = false;

  /// Parses the grammar above. Throws genfuse::Error with the column of the fault.
  static Request parse(const std::string &text);

  /// The request in canonical form.
  std::string text() const;
};

/// "simulate", "generate", ...
const char *operationName(GfiOperation operation);

} // namespace genfuse

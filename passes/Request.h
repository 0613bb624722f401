// Requests: which operation of the interface, for which choices. One grammar in C++, CMake and on the command
// line:
//
//   request   = operation '(' [names] ['|' names] {';' section} ')'
//   operation = simulate | generate | assess | propose | update | regenerate | project | gradient | run
//   names     = name {',' name}               addresses of choices, arguments, parameters
//   section   = flag {',' flag}  |  'args' ':' change {',' change}
//   change    = argument ('~' | '[]' | '+' | '-' | '~+' | '~-')
//
//   simulate()                        every choice is drawn
//   propose()                         likewise; the weight is the score
//   generate(y/*)                     y/* is constrained, the others are drawn
//   assess()                          every choice is given
//   gradient(x, theta | y/*)          with respect to x and theta; the names after the bar are checked, no
//                                     more
//   update(y/[]; args: s~)            some elements of y/* are overwritten, the argument s is another
//   regenerate(mu, rows/1/m)          these choices are drawn again
//   project(y/*)                      the log density of these choices
//   run()                             all that a procedure does; the only request that it takes
//
// An index of a plate in an address is `*` (all elements), `[]` (a list given at the call), a number, or `+`
// (those by which the plate grows). A changed argument is followed by how it differs: `~` in any element,
// `[]` in the elements of the list of the plate that it is indexed by; `+` the first dimension is longer, `-`
// it is shorter, the common elements being equal unless `~` comes first. Elements of a ragged plate are named
// as a whole or by lists; of an argument that is read by its rows, common elements are those of each row.
//
// Flags: `return` (gradient: add <cotangent, return value> to the objective), `weighted` (gradient: the log
// density counts times a cotangent that the caller gives, one per instance), `replay` (drawn choices are
// read from the caller, weights stay those of drawn choices), `drop-constants` (gradient: leave out constant
// summands).
#pragma once

#include <string>
#include <vector>

namespace genfuse {

enum class GfiOperation { simulate, generate, assess, propose, update, regenerate, project, gradient, run };

/// How an argument differs from that of the trace.
struct ArgumentChange {
  enum class Values { equal, listed, any };
  enum class Length { equal, grows, shrinks };
  std::string name;
  Values values = Values::any; ///< in the elements that both have
  Length length = Length::equal;
};

struct Request {
  GfiOperation operation = GfiOperation::simulate;
  std::vector<std::string> names;
  std::vector<std::string> given;
  std::vector<ArgumentChange> changes;
  bool returnGradient = false;
  bool weighted = false;
  bool replay = false;
  bool dropConstants = false;

  /// Parses the grammar above. Throws genfuse::Error with the column of the fault.
  static Request parse(const std::string &text);

  /// The request in canonical form.
  std::string text() const;
};

/// Whether the operation takes a trace from one state to another, or reads parts of one.
bool startsFromTrace(GfiOperation operation);

/// "simulate", "generate", ...
const char *operationName(GfiOperation operation);

} // namespace genfuse

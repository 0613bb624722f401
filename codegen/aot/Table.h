// The constant tables by which a library checks its calls: runtime/embed/support/Table.h, as words and text.
#pragma once

#include "passes/Pipelines.h"
#include "runtime/Signature.h"
#include <map>
#include <string>
#include <vector>

namespace genfuse::aot {

/// Texts one after the other, each ended by 0; equal ones are kept once.
class Texts {
public:
  /// Where the text begins.
  int64_t add(const std::string &text);
  const std::string &all() const { return all_; }

private:
  std::string all_;
  std::map<std::string, int64_t> known;
};

/// The words of an OperationTable with its lists. `name` begins the messages that are about no array.
std::vector<int64_t> operationTable(const Signature &signature, const std::string &name, Mapping mapping,
                                    Texts &texts);

/// The words of a LibraryTable: the levels, best first. Throws genfuse::Error for an unknown one.
std::vector<int64_t> libraryTable(const std::string &name, const std::vector<std::string> &levels,
                                  Texts &texts);

/// The levels in the order in which a machine tries them, each once.
std::vector<std::string> orderedLevels(const std::vector<std::string> &levels);

} // namespace genfuse::aot

// Operations of a library as text.
#include "codegen/aot/Identifiers.h"
#include "codegen/aot/Library.h"
#include "runtime/Error.h"
#include "llvm/ADT/StringRef.h"

using llvm::StringRef;

namespace genfuse::aot {

namespace {

std::vector<std::string> namesIn(StringRef list) {
  std::vector<std::string> names;
  llvm::SmallVector<StringRef> parts;
  list.split(parts, ',');
  for (StringRef part : parts)
    if (!part.trim().empty())
      names.push_back(part.trim().str());
  return names;
}

void readSection(StringRef section, Operation &operation, const std::string &text) {
  for (Mapping mapping : {Mapping::instances, Mapping::elements, Mapping::single})
    if (section == mappingName(mapping)) {
      operation.mapping = mapping;
      return;
    }
  auto [kind, names] = section.split(':');
  if (kind.trim() == "batched" && !names.empty())
    operation.batched = namesIn(names);
  else if (kind.trim() == "shared" && !names.empty())
    operation.shared = namesIn(names);
  else
    throw Error("operation '" + text + "': expected instances, elements, single, 'batched: names' or " +
                "'shared: names' after '@', got '" + section.str() + "'");
}

} // namespace

Operation parseOperation(const std::string &text, Mapping mapping) {
  Operation operation;
  operation.mapping = mapping;
  StringRef rest = StringRef(text).trim();
  auto [name, request] = rest.split('=');
  if (rest.contains('=')) {
    operation.name = name.trim().str();
    rest = request;
    if (!isIdentifier(operation.name))
      throw Error("operation '" + text + "': expected an identifier before '=', got '" + operation.name +
                  "'");
  }
  auto [wanted, sections] = rest.split('@');
  operation.request = Request::parse(wanted.trim().str()).text();
  if (!rest.contains('@'))
    return operation;
  llvm::SmallVector<StringRef> parts;
  sections.split(parts, ';');
  for (StringRef part : parts)
    readSection(part.trim(), operation, text);
  return operation;
}

} // namespace genfuse::aot

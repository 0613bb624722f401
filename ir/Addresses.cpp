#include "ir/Addresses.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

namespace genfuse::gen {

std::string joinAddress(llvm::StringRef prefix, llvm::StringRef address) {
  if (prefix.empty() || address.empty())
    return (prefix + address).str();
  return (prefix + "/" + address).str();
}

std::string addressFault(llvm::StringRef address) {
  llvm::SmallVector<llvm::StringRef> parts;
  address.split(parts, '/');
  for (llvm::StringRef part : parts) {
    if (part.empty())
      return "has an empty component";
    if (part == "*" || llvm::all_of(part, llvm::isDigit))
      return "has the component '" + part.str() + "', which is kept for indices of plates";
    if (part.find_first_of("[]:,|~ \t\"") != llvm::StringRef::npos)
      return "has a character of the request grammar in '" + part.str() + "'";
  }
  return {};
}

} // namespace genfuse::gen

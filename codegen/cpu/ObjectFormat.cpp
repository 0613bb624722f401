#include "codegen/cpu/ObjectFormat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/SHA256.h"

namespace genfuse {

namespace {

constexpr llvm::StringLiteral magic = "genfuse object 1\n";

std::string head(llvm::StringRef object, llvm::StringRef key) {
  char length[sizeof(uint64_t)];
  llvm::support::endian::write64le(length, object.size());
  const auto sum = llvm::SHA256::hash(llvm::arrayRefFromStringRef(object));
  std::string text = magic.str() + key.str();
  text.append(length, sizeof length);
  return text.append(llvm::toStringRef(sum));
}

} // namespace

std::string packObject(llvm::StringRef object, llvm::StringRef key) {
  return head(object, key).append(object);
}

std::optional<std::string> unpackObject(llvm::StringRef contents, llvm::StringRef key) {
  const size_t length = head("", key).size();
  llvm::StringRef object = contents.drop_front(std::min(length, contents.size()));
  if (contents.take_front(length) != head(object, key))
    return std::nullopt;
  return object.str();
}

} // namespace genfuse

#include "passes/Roles.h"

using namespace mlir;

namespace genfuse::roles {

DictionaryAttr describe(Builder &builder, StringRef roleName, StringRef valueName,
                        ArrayRef<std::string> sizes, bool isBatched) {
  SmallVector<Attribute> texts;
  for (const std::string &size : sizes)
    texts.push_back(builder.getStringAttr(size));
  SmallVector<NamedAttribute> attributes{{builder.getStringAttr(name), builder.getStringAttr(valueName)},
                                         {builder.getStringAttr(role), builder.getStringAttr(roleName)},
                                         {builder.getStringAttr(shape), builder.getArrayAttr(texts)}};
  if (isBatched)
    attributes.push_back({builder.getStringAttr(batched), builder.getUnitAttr()});
  return builder.getDictionaryAttr(attributes);
}

StringRef of(DictionaryAttr attributes) {
  auto value = attributes ? attributes.getAs<StringAttr>(role) : StringAttr();
  return value ? value.getValue() : StringRef();
}

} // namespace genfuse::roles

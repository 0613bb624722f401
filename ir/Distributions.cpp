#include "ir/Distributions.h"
#include "ir/dist/All.h"

using namespace mlir;

namespace genfuse::dist {

const Record *find(StringRef name) {
  const Record *found = nullptr;
  All::forEach([&]<class R>() {
    if (name == StringRef(R::record.name))
      found = &R::record;
  });
  return found;
}

std::string allNames() {
  std::string names;
  All::forEach([&]<class R>() { names += (names.empty() ? "" : ", ") + std::string(R::record.name); });
  return names;
}

bool hasKind(Type type, Kind kind) {
  switch (kind) {
  case Kind::real:
    return isa<Float32Type, Float64Type>(type);
  case Kind::integer:
    return type.isInteger(64);
  case Kind::boolean:
    return type.isInteger(1);
  case Kind::realVector: {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.getRank() == 1 && isa<FloatType>(tensor.getElementType());
  }
  }
  llvm_unreachable("every kind is handled");
}

StringRef kindName(Kind kind) {
  switch (kind) {
  case Kind::real:
    return "real";
  case Kind::integer:
    return "integer";
  case Kind::boolean:
    return "boolean";
  case Kind::realVector:
    return "vector of reals";
  }
  llvm_unreachable("every kind is handled");
}

LogicalResult verifyUse(StringRef name, Type value, TypeRange parameters,
                        function_ref<InFlightDiagnostic()> emitError) {
  const Record *record = find(name);
  if (!record)
    return emitError() << "unknown distribution '" << name << "', expected one of " << allNames();
  if (parameters.size() != record->argumentCount)
    return emitError() << "distribution '" << name << "' takes " << record->argumentCount
                       << " parameters, got " << parameters.size();
  for (auto [argument, type] : llvm::zip(*record, parameters))
    if (!hasKind(type, argument.kind))
      return emitError() << "parameter '" << StringRef(argument.name) << "' of '" << name << "' is a "
                         << kindName(argument.kind) << ", got " << type;
  if (value && !hasKind(value, record->value))
    return emitError() << "a value of '" << name << "' is a " << kindName(record->value) << ", got " << value;
  return success();
}

} // namespace genfuse::dist

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
  case Kind::realMatrix: {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.getRank() == 2 && isa<FloatType>(tensor.getElementType());
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
  case Kind::realMatrix:
    return "matrix of reals";
  }
  llvm_unreachable("every kind is handled");
}

/// Equal letters stand for equal sizes; a vector value has the static size of the argument that sizes it.
static LogicalResult verifySizes(const Record &record, Type value, TypeRange parameters,
                                 function_ref<InFlightDiagnostic()> emitError) {
  std::map<char, std::pair<int64_t, StringRef>> known;
  for (auto [argument, type] : llvm::zip(record, parameters))
    for (auto [d, letter] : llvm::enumerate(argument.sizes)) {
      int64_t size = cast<RankedTensorType>(type).getDimSize(d);
      auto [at, isNew] = known.try_emplace(letter, size, argument.name);
      if (isNew || ShapedType::isDynamic(size) || ShapedType::isDynamic(at->second.first) ||
          at->second.first == size)
        continue;
      return emitError() << "parameter '" << StringRef(argument.name) << "' of '" << StringRef(record.name)
                         << "' has the size " << size << " in dimension " << d << ", expected "
                         << at->second.first << " as in parameter '" << at->second.second << "'";
    }
  if (!value || record.valueSizes.empty())
    return success();
  const auto &[size, name] = known.at(record.valueSizes.front());
  auto expected = RankedTensorType::get({size}, getElementTypeOrSelf(value));
  if (value != expected)
    return emitError() << "a value of '" << StringRef(record.name) << "' is as large as its parameter '"
                       << name << "', expected " << expected << ", got " << value;
  return success();
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
  return verifySizes(*record, value, parameters, emitError);
}

} // namespace genfuse::dist

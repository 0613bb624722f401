#include "codegen/SignatureOf.h"
#include "mlir/IR/BuiltinTypes.h"
#include "passes/Roles.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include <algorithm>

using namespace mlir;

namespace genfuse {

namespace {

class Builder {
public:
  explicit Builder(func::FuncOp function) : function(function) { signature.entry = function.getSymName(); }

  Signature build() {
    for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
      add(function.getArgAttrDict(i), type, /*output=*/false);
    for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
      add(function.getResultAttrDict(i), type, /*output=*/true);
    if (auto counters = function->getAttrOfType<ArrayAttr>(roles::counts))
      for (Attribute name : counters)
        signature.arrays.push_back(
            {cast<StringAttr>(name).str(), Role::count, ElementType::i64, {}, false, true, {}});
    if (auto checks = function->getAttrOfType<ArrayAttr>(roles::checks))
      for (Attribute check : checks)
        if (StringRef line = cast<StringAttr>(check).getValue(); !addOffsetsCheck(line))
          addCheck(line);
    return signature;
  }

private:
  void add(DictionaryAttr attributes, Type type, bool output) {
    std::optional<Role> role = roleOf(roles::of(attributes));
    if (!role)
      return;
    ArraySpec array;
    array.name = cast<StringAttr>(attributes.get(roles::name)).str();
    array.role = *role;
    array.type = elementOf(type);
    array.batched = roles::isBatched(attributes);
    array.output = output;
    if (auto init = attributes.getAs<DenseF64ArrayAttr>(roles::init))
      array.init = init.asArrayRef().vec();
    if (auto offsets = attributes.getAs<StringAttr>(roles::offsets))
      array.offsets = offsets.str();
    for (Attribute size : cast<ArrayAttr>(attributes.get(roles::shape)))
      array.shape.push_back(parse(cast<StringAttr>(size).getValue()));
    signature.arrays.push_back(std::move(array));
  }

  /// Reads a line of sizeChecks that is about the values of offsets.
  bool addOffsetsCheck(StringRef line) {
    OffsetsCheck check;
    if (line.consume_front("longest "))
      check.kind = OffsetsCheck::Kind::longest;
    else if (!line.consume_front("offsets "))
      return false;
    auto [text, place] = line.split(" | ");
    auto [argument, size] = text.split(" <= ");
    check.argument = argument.str();
    check.size = parse(size);
    check.text = size.str();
    check.place = place.str();
    signature.offsets.push_back(std::move(check));
    return true;
  }

  /// Reads a line of sizeChecks.
  void addCheck(StringRef line) {
    SizeCheck check;
    auto [text, place] = line.split(" | ");
    auto [left, right] = text.split(text.contains(" <= ") ? " <= " : " = ");
    check.left = parse(left);
    check.right = parse(right);
    check.equal = !text.contains(" <= ");
    check.text = text.str();
    check.place = place.str();
    signature.checks.push_back(std::move(check));
  }

  /// None for the seed and the number of instances, which travel in gf_call.
  static std::optional<Role> roleOf(StringRef role) {
    return llvm::StringSwitch<std::optional<Role>>(role)
        .Case(roles::argument, Role::argument)
        .Case(roles::parameter, Role::parameter)
        .Case(roles::choice, Role::choice)
        .Case(roles::returnGradient, Role::returnGradient)
        .Case(roles::scoreGradient, Role::scoreGradient)
        .Case(roles::score, Role::score)
        .Case(roles::weight, Role::weight)
        .Case(roles::returnValue, Role::returnValue)
        .Case(roles::argumentGradient, Role::argumentGradient)
        .Case(roles::choiceGradient, Role::choiceGradient)
        .Case(roles::parameterGradient, Role::parameterGradient)
        .Case(roles::newArgument, Role::newArgument)
        .Case(roles::constraint, Role::constraint)
        .Case(roles::elements, Role::elements)
        .Case(roles::selected, Role::selected)
        .Case(roles::drawn, Role::drawn)
        .Case(roles::scoreChange, Role::scoreChange)
        .Case(roles::result, Role::result)
        .Default(std::nullopt);
  }

  static ElementType elementOf(Type type) {
    Type element = getElementTypeOrSelf(type);
    if (element.isF32())
      return ElementType::f32;
    if (element.isF64())
      return ElementType::f64;
    return element.isInteger(1) ? ElementType::boolean : ElementType::i64;
  }

  int symbol(StringRef name) {
    auto known = llvm::find(signature.symbols, name.str());
    if (known == signature.symbols.end())
      return signature.symbols.push_back(name.str()), static_cast<int>(signature.symbols.size()) - 1;
    return static_cast<int>(known - signature.symbols.begin());
  }

  /// Reads what SizeExpression::text wrote: terms `n`, `name` or `n * name` joined by + and -.
  Dimension parse(StringRef text) {
    Dimension dimension;
    int64_t sign = 1;
    if (text.consume_front("-"))
      sign = -1;
    while (true) {
      size_t next = std::min(text.find(" + "), text.find(" - "));
      auto [coefficient, name] = text.take_front(next).split(" * ");
      int64_t number;
      if (name.empty() && coefficient.getAsInteger(10, number))
        dimension.terms.push_back({sign, symbol(coefficient)});
      else if (name.empty())
        dimension.constant += sign * number;
      else if (!coefficient.getAsInteger(10, number))
        dimension.terms.push_back({sign * number, symbol(name)});
      if (next == StringRef::npos)
        return dimension;
      sign = text[next + 1] == '-' ? -1 : 1;
      text = text.drop_front(next + 3);
    }
  }

  func::FuncOp function;
  Signature signature;
};

} // namespace

Signature signatureOf(func::FuncOp function) { return Builder(function).build(); }

void setReal(Signature &signature, Precision real) {
  for (ArraySpec &array : signature.arrays)
    if (array.type == ElementType::f64 && array.role != Role::score && array.role != Role::weight &&
        array.role != Role::scoreChange)
      array.type = real == Precision::f32 ? ElementType::f32 : ElementType::f64;
}

} // namespace genfuse

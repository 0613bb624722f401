#include "passes/derive/Application.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Request.h"
#include "passes/Roles.h"
#include "passes/SizeChecks.h"
#include "passes/derive/Derive.h"
#include "runtime/Error.h"

using namespace mlir;

namespace genfuse {

static std::string textOf(DictionaryAttr described) {
  StringRef role = roles::of(described), name = described.getAs<StringAttr>(roles::name).getValue();
  return role == name ? role.str() : (role + " " + name).str();
}

static bool isScore(StringRef name) {
  return name == roles::score || name == roles::weight || name == roles::scoreChange;
}

FailureOr<func::FuncOp> Application::derived() {
  auto callee = SymbolTable::lookupNearestSymbolFrom<gen::FuncOp>(op, op.getCalleeAttr());
  Request request;
  try {
    request = Request::parse(op.getRequest().str());
  } catch (const Error &error) {
    return op.emitOpError(error.what());
  }
  FailureOr<func::FuncOp> source = derive(callee, request);
  if (succeeded(source))
    return source;
  return op.emitOpError("cannot apply '") << op.getRequest() << "' to '" << op.getCallee() << "'";
}

/// Reads what SizeExpression::text wrote, `2 * xs.0 - 1`, with sizes of the callee's arguments as they are
/// here.
std::optional<SizeExpression> Application::sizeHere(StringRef text, func::FuncOp source,
                                                    const IRMapping &mapping) {
  auto factor = [&](StringRef name) -> std::optional<SizeExpression> {
    auto [argument, dimension] = name.rsplit('.');
    unsigned number;
    for (BlockArgument each : source.getArguments())
      if (roles::of(source.getArgAttrDict(each.getArgNumber())) == roles::argument &&
          argumentName(each) == argument && !dimension.getAsInteger(10, number))
        return sizeOfDimension(mapping.lookup(Value(each)), number);
    return std::nullopt;
  };
  SizeExpression total;
  int64_t sign = text.consume_front("-") ? -1 : 1;
  while (!text.empty()) {
    size_t end = std::min(text.find(" + "), text.find(" - "));
    StringRef term = text.take_front(end);
    auto [coefficient, name] = term.split(" * ");
    int64_t number = 1;
    if (name.empty() && !term.getAsInteger(10, number)) {
      total.constant += sign * number;
    } else {
      if (!name.empty())
        (void)coefficient.getAsInteger(10, number);
      std::optional<SizeExpression> size = factor(name.empty() ? term : name);
      if (!size)
        return std::nullopt;
      total = total.plus(*size, sign * number);
    }
    if (end == StringRef::npos)
      break;
    sign = text[end + 1] == '-' ? -1 : 1;
    text = text.drop_front(end + 3);
  }
  return total;
}

/// What the caller of a kernel would be held to: the operand has the shape that the callee's arguments give
/// it.
LogicalResult Application::checkSizes(func::FuncOp source, unsigned argument, Value operand,
                                      const IRMapping &mapping) {
  auto shape = source.getArgAttrOfType<ArrayAttr>(argument, roles::shape);
  for (auto [d, size] : llvm::enumerate(shape)) {
    std::optional<SizeExpression> here = sizeOfDimension(operand, d);
    std::optional<SizeExpression> wanted = sizeHere(cast<StringAttr>(size).getValue(), source, mapping);
    if (!here || !wanted)
      return op.emitOpError("takes '") << textOf(source.getArgAttrDict(argument))
                                       << "' with a size that is not affine in the sizes of the procedure's "
                                          "arguments";
    std::string left = here->text(function), right = wanted->text(function);
    if (left != right)
      lines.push_back(left + " = " + right + " | " + placeOf(op.getLoc()));
  }
  return success();
}

LogicalResult Application::bindInputs(OpBuilder &builder, func::FuncOp source, ArrayRef<Value> operands,
                                      IRMapping &mapping) {
  const bool isGradient = StringRef(op.getRequest()).trim().starts_with("gradient");
  std::map<std::string, Value> given;
  for (auto [name, operand] : llvm::zip(op.getInputs(), operands))
    given[cast<StringAttr>(name).str()] = operand;
  for (BlockArgument argument : source.getArguments()) {
    unsigned number = argument.getArgNumber();
    DictionaryAttr described = source.getArgAttrDict(number);
    if (described.contains(roles::offsets))
      return op.emitOpError("applies an operation of a model with ragged plates, which is not supported");
    StringRef role = roles::of(described);
    if (role == roles::seed || role == roles::instance) {
      mapping.map(argument, role == roles::seed ? random.seed : random.instance);
      continue;
    }
    auto found = given.find(textOf(described));
    if (found == given.end()) // apply_c3
      return op.emitOpError("expects an operand '")
             << textOf(described) << "' for '" << op.getRequest() << "'";
    Value operand = found->second;
    given.erase(found);
    bool fits = getElementTypeOrSelf(operand.getType()) == getElementTypeOrSelf(argument.getType()) &&
                succeeded(verifyCompatibleShape(operand.getType(), argument.getType()));
    if (!fits) // apply_c3
      return op.emitOpError("expects '")
             << textOf(described) << "' of type " << argument.getType() << ", got " << operand.getType();
    if (operand.getType() != argument.getType())
      operand = tensor::CastOp::create(builder, op.getLoc(), argument.getType(), operand);
    if (isGradient && isa<FloatType>(getElementTypeOrSelf(operand.getType())))
      operand = gen::VariableOp::create(builder, op.getLoc(), variable++, operand);
    mapping.map(argument, operand);
  }
  if (!given.empty()) // apply_c3
    return op.emitOpError("has an operand '") << given.begin()->first << "', which '" << op.getRequest()
                                              << "' of '" << op.getCallee() << "' does not take";
  for (BlockArgument argument : source.getArguments())
    if (isa<RankedTensorType>(argument.getType()))
      if (failed(checkSizes(source, argument.getArgNumber(), mapping.lookup(Value(argument)), mapping)))
        return failure();
  return success();
}

/// Draws get scopes of their own, and the position of the operation before their own.
void Application::moveDraws(Operation *root, int64_t first) {
  root->walk([&](gen::DrawOp draw) {
    gen::StreamAttr stream = draw.getStream();
    int64_t number = first + stream.getScope();
    scope = std::max(scope, number + 1);
    draw.setStreamAttr(gen::StreamAttr::get(draw.getContext(), number, stream.getSlot(), stream.getSingle()));
    SmallVector<Value> whole(position);
    llvm::append_range(whole, draw.getPosition());
    draw.getPositionMutable().assign(whole);
  });
}

FailureOr<SmallVector<Value>> Application::inlineAt(OpBuilder &builder, ArrayRef<Value> operands) {
  FailureOr<func::FuncOp> source = derived();
  if (failed(source))
    return failure();
  IRMapping mapping;
  SmallVector<Value> results;
  auto inlined = [&]() -> LogicalResult {
    if (failed(bindInputs(builder, *source, operands, mapping)))
      return failure();
    Block &body = source->getBody().front();
    int64_t first = scope;
    for (Operation &each : body.without_terminator())
      moveDraws(builder.clone(each, mapping), first);
    std::map<std::string, Value> computed;
    for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands()))
      computed[textOf(source->getResultAttrDict(i))] = mapping.lookupOrDefault(value);
    for (auto [name, type] : llvm::zip(op.getOutputs(), op.getResultTypes())) {
      auto found = computed.find(cast<StringAttr>(name).str());
      if (found == computed.end()) // apply_c3
        return op.emitOpError("asks for '")
               << cast<StringAttr>(name).getValue() << "', which '" << op.getRequest() << "' of '"
               << op.getCallee() << "' does not compute";
      Value value = found->second;
      if (isScore(cast<StringAttr>(name).getValue()))
        value = gen::WideOp::create(builder, op.getLoc(), value);
      bool fits = getElementTypeOrSelf(value.getType()) == getElementTypeOrSelf(type) &&
                  succeeded(verifyCompatibleShape(value.getType(), type));
      if (!fits) // apply_c3
        return op.emitOpError("computes '") << cast<StringAttr>(name).getValue() << "' of type "
                                            << value.getType() << ", expected " << type;
      if (value.getType() != type)
        value = tensor::CastOp::create(builder, op.getLoc(), type, value);
      results.push_back(value);
    }
    return success();
  };
  LogicalResult done = inlined();
  source->erase();
  if (failed(done))
    return failure();
  return results;
}

} // namespace genfuse

#include "passes/derive/Derivation.h"
#include "ir/Assembly.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/SizeChecks.h"
#include "passes/SymbolicSize.h"
#include "passes/derive/Ragged.h"

using namespace mlir;

namespace genfuse {

// Names.

std::optional<size_t> Derivation::findChoice(StringRef pattern) const {
  for (auto [i, choice] : llvm::enumerate(choices))
    if (choice.pattern == pattern)
      return i;
  return std::nullopt;
}

std::optional<unsigned> Derivation::findArgument(StringRef name) const {
  gen::FuncOp function = model;
  for (BlockArgument argument : function.getBody().front().getArguments())
    if (argumentName(argument) == name)
      return argument.getArgNumber();
  return std::nullopt;
}

FailureOr<size_t> Derivation::findParameter(StringRef name) {
  std::optional<size_t> found;
  for (auto [i, parameter] : llvm::enumerate(parameters)) {
    if (parameter.path == name)
      return size_t(i);
    if (StringRef(parameter.path).rsplit('/').second != name)
      continue;
    if (found)
      return error() << "the name '" << name << "' stands for the parameters '" << parameters[*found].path
                     << "' and '" << parameter.path << "'";
    found = i;
  }
  if (!found)
    return failure();
  return *found;
}

size_t Derivation::numberOf(gen::SampleOp op) const {
  return llvm::find_if(choices, [&](const Choice &choice) { return choice.op == op; }) - choices.begin();
}

std::string Derivation::knownChoices() const {
  std::string known;
  for (const Choice &choice : choices)
    known += (known.empty() ? "" : ", ") + choice.pattern;
  return known.empty() ? "the model has no choices" : "the model's choices are " + known;
}

LogicalResult Derivation::collectParameters() {
  WalkResult result = model.walk([&](gen::ParamOp param) {
    for (Parameter &known : parameters)
      if (known.path == param.getName()) {
        if (known.type == param.getType())
          return WalkResult::advance();
        param.emitOpError("names '") << param.getName() << "' of type " << param.getType()
                                     << ", which elsewhere has the type " << known.type; // param_c3
        return WalkResult::interrupt();
      }
    FailureOr<SmallVector<std::string>> shape = symbolicShape(param.getResult(), param);
    if (failed(shape))
      return WalkResult::interrupt();
    parameters.push_back({param.getName().str(), param.getType(), *shape, param.getInitAttr(), {}});
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

// The function.

void Derivation::startFunction() {
  std::string name = (model.getSymName() + "_" + operationName(request.operation)).str();
  builder.setInsertionPointAfter(model);
  function = func::FuncOp::create(builder, model.getLoc(), name, builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(function.addEntryBlock());
}

void Derivation::eraseUnusedArguments(StringRef role) {
  Block &entry = function.getBody().front();
  for (unsigned i = entry.getNumArguments(); i-- > 0;) {
    if (!entry.getArgument(i).use_empty() || roles::of(cast<DictionaryAttr>(argumentAttributes[i])) != role)
      continue;
    entry.eraseArgument(i);
    argumentAttributes.erase(argumentAttributes.begin() + i);
  }
}

void Derivation::finishFunction(const std::vector<std::string> &moreChecks) {
  func::ReturnOp::create(builder, model.getLoc(), results);
  function.setType(
      builder.getFunctionType(function.getBody().front().getArgumentTypes(), ValueRange(results).getTypes()));
  function.setArgAttrsAttr(builder.getArrayAttr(argumentAttributes));
  function.setResAttrsAttr(builder.getArrayAttr(resultAttributes));
  std::vector<std::string> checks = sizeChecks(model);
  checks.insert(checks.end(), moreChecks.begin(), moreChecks.end());
  if (!checks.empty()) {
    SmallVector<StringRef> texts(checks.begin(), checks.end());
    function->setAttr(roles::checks, builder.getStrArrayAttr(texts));
  }
}

Value Derivation::addArgument(Type type, StringRef role, StringRef name, ArrayRef<std::string> shape,
                              Location loc) {
  argumentAttributes.push_back(roles::describe(builder, role, name, shape));
  return function.getBody().front().addArgument(type, loc);
}

void Derivation::addParameterArguments() {
  for (Parameter &parameter : parameters) {
    parameter.value =
        addArgument(parameter.type, roles::parameter, parameter.path, parameter.shape, model.getLoc());
    if (!parameter.init)
      continue;
    NamedAttrList list(cast<DictionaryAttr>(argumentAttributes.back()));
    list.set(roles::init, parameter.init);
    argumentAttributes.back() = list.getDictionary(builder.getContext());
  }
}

void Derivation::addRandomArguments() {
  seed = addArgument(builder.getI64Type(), roles::seed, "seed", {}, model.getLoc());
  instance = addArgument(builder.getIndexType(), roles::instance, "instance", {}, model.getLoc());
}

void Derivation::addResult(Value value, StringRef role, StringRef name, ArrayRef<std::string> shape) {
  results.push_back(value);
  resultAttributes.push_back(roles::describe(builder, role, name, shape));
}

// Leaves.

void Derivation::mark(Attribute &attributes, const Choice &choice) {
  for (gen::MapOp plate : choice.plates) {
    gen::RowOp row = rowOf(plate);
    if (!row)
      continue;
    NamedAttrList list(cast<DictionaryAttr>(attributes));
    std::string name = argumentName(cast<BlockArgument>(row.getOffsets()));
    list.set(roles::offsets, builder.getStringAttr(name));
    attributes = list.getDictionary(builder.getContext());
  }
}

FailureOr<SmallVector<std::string>> Derivation::leafShape(const Choice &choice) const {
  SmallVector<std::string> shape;
  for (gen::MapOp plate : choice.plates) {
    gen::RowOp row = rowOf(plate);
    FailureOr<std::string> size = symbolicSize(row ? row.getTotal() : plate.getLength(), plate);
    if (failed(size))
      return failure();
    if (row)
      shape.clear(); // flat over the plates around
    shape.push_back(*size);
  }
  gen::SampleOp op = choice.op;
  FailureOr<SmallVector<std::string>> inner = symbolicShape(op.getResult(), op);
  if (failed(inner))
    return failure();
  shape.append(*inner);
  return shape;
}

Type Derivation::leafType(const Choice &choice) const {
  gen::SampleOp op = choice.op;
  Type type = op.getType();
  for (gen::MapOp plate : llvm::reverse(choice.plates)) {
    gen::RowOp row = rowOf(plate);
    IntegerAttr length;
    matchPattern(row ? row.getTotal() : plate.getLength(), m_Constant(&length));
    type = gen::stackedType(type, false, length ? length.getInt() : ShapedType::kDynamic);
    if (row)
      break; // flat over the plates around
  }
  return type;
}

Value Derivation::element(Value leaf, Type type, ValueRange indices, Location loc) {
  if (indices.empty())
    return leaf;
  auto inner = dyn_cast<RankedTensorType>(type);
  if (!inner)
    return tensor::ExtractOp::create(builder, loc, leaf, indices);
  SmallVector<OpFoldResult> offsets(indices.begin(), indices.end());
  SmallVector<OpFoldResult> sizes(indices.size(), builder.getIndexAttr(1));
  for (int64_t i = 0; i < inner.getRank(); ++i) {
    offsets.push_back(builder.getIndexAttr(0));
    sizes.push_back(tensor::getMixedSize(builder, loc, leaf, indices.size() + i));
  }
  SmallVector<OpFoldResult> strides(sizes.size(), builder.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(builder, loc, inner, leaf, offsets, sizes, strides);
}

Location Derivation::locationOf(const Choice &choice) const {
  gen::SampleOp op = choice.op;
  return NameLoc::get(StringAttr::get(op.getContext(), choice.pattern), op.getLoc());
}

// Sums.

void Derivation::accumulate(Value &total, Value term, Location loc) {
  if (term)
    total = total ? arith::AddFOp::create(builder, loc, total, term).getResult() : term;
}

Value Derivation::orZero(Value total) {
  if (total)
    return total;
  return arith::ConstantOp::create(builder, model.getLoc(), builder.getF64FloatAttr(0.0));
}

} // namespace genfuse

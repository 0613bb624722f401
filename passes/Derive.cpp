#include "passes/Derive.h"
#include "ir/Addresses.h"
#include "ir/Assembly.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Choices.h"
#include "passes/InlineCalls.h"
#include "passes/Roles.h"
#include "passes/SizeChecks.h"
#include "passes/SymbolicSize.h"

using namespace mlir;

namespace genfuse {

namespace {

/// How a choice gets its value: it is an input that counts as given, a draw, or an input that counts as a
/// draw.
enum class Status { given, drawn, read };

struct Parameter {
  std::string path;
  Type type;
  SmallVector<std::string> shape;
  DenseF64ArrayAttr init;
  Value value;
};

/// What a region computes besides its own values: sums over its choices, and drawn values to collect.
struct Totals {
  Value score, weight;
  SmallVector<std::pair<size_t, Value>> drawn; ///< choice number, value (collected over plates so far)
};

class Deriver {
public:
  Deriver(gen::FuncOp model, const Request &request, std::vector<Choice> choices)
      : model(model), request(request), choices(std::move(choices)), builder(model.getContext()) {}

  FailureOr<func::FuncOp> run();

private:
  LogicalResult resolve();
  LogicalResult resolveGiven(StringRef name);
  LogicalResult resolveWrt(StringRef name);
  LogicalResult collectParameters();
  LogicalResult buildArguments();
  LogicalResult cloneBlock(Block &block, Totals &totals);
  LogicalResult cloneMap(gen::MapOp map, Totals &totals);
  void cloneSample(gen::SampleOp op, Totals &totals);
  LogicalResult finish(const Totals &totals, Value returned);

  std::optional<size_t> findChoice(StringRef pattern) const;
  FailureOr<size_t> findParameter(StringRef name);
  std::optional<unsigned> findArgument(StringRef name);
  FailureOr<SmallVector<std::string>> leafShape(const Choice &choice);
  Type leafType(const Choice &choice);
  Value element(Value leaf, Type type, Location loc);
  void accumulate(Value &total, Value term, Location loc);
  Value orZero(Value total);
  InFlightDiagnostic error() { return model.emitError("request '" + request.text() + "': "); }
  Value addArgument(Type type, DictionaryAttr attributes, Location loc);
  void addResult(Value value, DictionaryAttr attributes);

  gen::FuncOp model;
  const Request &request;
  std::vector<Choice> choices;
  std::vector<Status> status;
  std::vector<Value> leaves; ///< input leaf per choice, null for drawn ones
  std::vector<Parameter> parameters;
  struct Wrt {
    Value value;
    DictionaryAttr attributes;
  };
  std::vector<std::function<Wrt()>> wrt;

  OpBuilder builder;
  func::FuncOp function;
  IRMapping mapping;
  SmallVector<Value> plateIndices;
  Value seed, instance, returnCotangent, scoreCotangent;
  SmallVector<Attribute> argumentAttributes, resultAttributes;
  SmallVector<Value> results;
};

std::optional<size_t> Deriver::findChoice(StringRef pattern) const {
  for (auto [i, choice] : llvm::enumerate(choices))
    if (choice.pattern == pattern)
      return i;
  return std::nullopt;
}

std::optional<unsigned> Deriver::findArgument(StringRef name) {
  for (BlockArgument argument : model.getBody().front().getArguments())
    if (argumentName(argument) == name)
      return argument.getArgNumber();
  return std::nullopt;
}

/// A parameter by its path, or by its last part if only one parameter has it.
FailureOr<size_t> Deriver::findParameter(StringRef name) {
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

/// Whether `name` is an address within or above some leaf, for a better message.
static std::string nearestHint(const std::vector<Choice> &choices) {
  std::string known;
  for (const Choice &choice : choices)
    known += (known.empty() ? "" : ", ") + choice.pattern;
  return known.empty() ? "the model has no choices" : "the model's choices are " + known;
}

LogicalResult Deriver::resolveGiven(StringRef name) {
  std::optional<size_t> choice = findChoice(name);
  if (!choice)
    return error() << "unknown address '" << name << "'; " << nearestHint(choices);
  status[*choice] = Status::given;
  return success();
}

LogicalResult Deriver::resolveWrt(StringRef name) {
  std::optional<size_t> choice = findChoice(name);
  std::optional<unsigned> argument = findArgument(name);
  FailureOr<size_t> parameter = findParameter(name);
  unsigned meanings = choice.has_value() + argument.has_value() + succeeded(parameter);
  if (meanings > 1)
    return error() << "the name '" << name
                   << "' stands for more than one of a choice, an argument and a parameter";
  if (choice) {
    gen::SampleOp op = choices[*choice].op;
    if (!isa<FloatType>(getElementTypeOrSelf(op.getType())))
      return error() << "the choice '" << name << "' is discrete: it has no gradient";
    wrt.push_back([this, i = *choice] {
      auto shape = *leafShape(choices[i]);
      return Wrt{leaves[i], roles::describe(builder, roles::choiceGradient, choices[i].pattern, shape)};
    });
    return success();
  }
  if (argument) {
    Value value = model.getBody().front().getArgument(*argument);
    if (!isa<FloatType>(getElementTypeOrSelf(value.getType())))
      return error() << "the argument '" << name << "' is not real: it has no gradient";
    wrt.push_back([this, value, name = name.str()] {
      auto shape = *symbolicShape(value, model);
      return Wrt{mapping.lookup(value), roles::describe(builder, roles::argumentGradient, name, shape)};
    });
    return success();
  }
  if (failed(parameter))
    return error() << "unknown name '" << name << "', expected an address, an argument or a parameter; "
                   << nearestHint(choices);
  wrt.push_back([this, i = *parameter] {
    return Wrt{parameters[i].value,
               roles::describe(builder, roles::parameterGradient, parameters[i].path, parameters[i].shape)};
  });
  return success();
}

LogicalResult Deriver::resolve() {
  bool drawn = request.operation == GfiOperation::simulate || request.operation == GfiOperation::generate;
  status.assign(choices.size(), !drawn ? Status::given : request.replay ? Status::read : Status::drawn);
  leaves.resize(choices.size());
  bool isGradient = request.operation == GfiOperation::gradient;
  for (const std::string &name : isGradient ? request.given : request.names)
    if (failed(resolveGiven(name)))
      return failure();
  for (const std::string &name : isGradient ? request.names : std::vector<std::string>())
    if (failed(resolveWrt(name)))
      return failure();
  if (request.returnGradient && model.getResultTypes().empty())
    return error() << "the model returns nothing";
  return success();
}

LogicalResult Deriver::collectParameters() {
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

FailureOr<SmallVector<std::string>> Deriver::leafShape(const Choice &choice) {
  SmallVector<std::string> shape;
  for (gen::MapOp plate : choice.plates) {
    FailureOr<std::string> size = symbolicSize(plate.getLength(), plate);
    if (failed(size))
      return failure();
    shape.push_back(*size);
  }
  gen::SampleOp op = choice.op;
  FailureOr<SmallVector<std::string>> inner = symbolicShape(op.getResult(), op);
  if (failed(inner))
    return failure();
  shape.append(*inner);
  return shape;
}

Type Deriver::leafType(const Choice &choice) {
  gen::SampleOp op = choice.op;
  Type type = op.getType();
  for (gen::MapOp plate : llvm::reverse(choice.plates)) {
    IntegerAttr length;
    matchPattern(plate.getLength(), m_Constant(&length));
    type = gen::stackedType(type, false, length ? length.getInt() : ShapedType::kDynamic);
  }
  return type;
}

Value Deriver::addArgument(Type type, DictionaryAttr attributes, Location loc) {
  argumentAttributes.push_back(attributes);
  return function.getBody().front().addArgument(type, loc);
}

void Deriver::addResult(Value value, DictionaryAttr attributes) {
  results.push_back(value);
  resultAttributes.push_back(attributes);
}

LogicalResult Deriver::buildArguments() {
  Block &entry = model.getBody().front();
  for (BlockArgument argument : entry.getArguments())
    mapping.map(argument, addArgument(argument.getType(),
                                      roles::describe(builder, roles::argument, argumentName(argument),
                                                      *symbolicShape(argument, model)),
                                      argument.getLoc()));
  for (Parameter &parameter : parameters) {
    DictionaryAttr described = roles::describe(builder, roles::parameter, parameter.path, parameter.shape);
    if (parameter.init) {
      NamedAttrList list(described);
      list.set(roles::init, parameter.init);
      described = list.getDictionary(builder.getContext());
    }
    parameter.value = addArgument(parameter.type, described, model.getLoc());
  }
  bool draws = false;
  for (auto [i, choice] : llvm::enumerate(choices)) {
    FailureOr<SmallVector<std::string>> shape = leafShape(choice);
    if (failed(shape))
      return failure();
    draws = draws || status[i] == Status::drawn;
    if (status[i] != Status::drawn)
      leaves[i] =
          addArgument(leafType(choice), roles::describe(builder, roles::choice, choice.pattern, *shape),
                      choice.op->getLoc());
  }
  if (request.returnGradient) {
    Value returned = entry.getTerminator()->getOperand(0);
    if (!isa<FloatType>(getElementTypeOrSelf(returned.getType())))
      return error() << "the return value is not real: it has no gradient";
    FailureOr<SmallVector<std::string>> shape = symbolicShape(returned, entry.getTerminator());
    if (failed(shape))
      return failure();
    returnCotangent =
        addArgument(returned.getType(), roles::describe(builder, roles::returnGradient, "return", *shape),
                    model.getLoc());
  }
  if (request.weighted)
    scoreCotangent = addArgument(builder.getF64Type(),
                                 roles::describe(builder, roles::scoreGradient, "score", {}), model.getLoc());
  if (draws) {
    seed =
        addArgument(builder.getI64Type(), roles::describe(builder, roles::seed, "seed", {}), model.getLoc());
    instance = addArgument(builder.getIndexType(), roles::describe(builder, roles::instance, "instance", {}),
                           model.getLoc());
  }
  return success();
}

void Deriver::accumulate(Value &total, Value term, Location loc) {
  if (term)
    total = total ? arith::AddFOp::create(builder, loc, total, term).getResult() : term;
}

Value Deriver::orZero(Value total) {
  if (total)
    return total;
  return arith::ConstantOp::create(builder, model.getLoc(), builder.getF64FloatAttr(0.0));
}

/// The element of a leaf at the current plate indices.
Value Deriver::element(Value leaf, Type type, Location loc) {
  if (plateIndices.empty())
    return leaf;
  auto inner = dyn_cast<RankedTensorType>(type);
  if (!inner)
    return tensor::ExtractOp::create(builder, loc, leaf, plateIndices);
  SmallVector<OpFoldResult> offsets(plateIndices.begin(), plateIndices.end());
  SmallVector<OpFoldResult> sizes(plateIndices.size(), builder.getIndexAttr(1));
  for (int64_t i = 0; i < inner.getRank(); ++i) {
    offsets.push_back(builder.getIndexAttr(0));
    sizes.push_back(tensor::getMixedSize(builder, loc, leaf, plateIndices.size() + i));
  }
  SmallVector<OpFoldResult> strides(sizes.size(), builder.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(builder, loc, inner, leaf, offsets, sizes, strides);
}

void Deriver::cloneSample(gen::SampleOp op, Totals &totals) {
  size_t number =
      llvm::find_if(choices, [&](const Choice &choice) { return choice.op == op; }) - choices.begin();
  const Choice &choice = choices[number];
  Location loc = NameLoc::get(builder.getStringAttr(choice.pattern), op.getLoc());
  SmallVector<Value> parameterValues;
  for (Value parameter : op.getParameters())
    parameterValues.push_back(mapping.lookupOrDefault(parameter));
  Value value;
  if (status[number] == Status::drawn) {
    value = gen::DrawOp::create(builder, loc, op.getType(), op.getDistribution(), parameterValues, seed,
                                instance, plateIndices, choice.stream);
    totals.drawn.push_back({number, value});
  } else {
    value = element(leaves[number], op.getType(), loc);
  }
  mapping.map(op.getResult(), value);
  Value term =
      gen::LogPdfOp::create(builder, loc, builder.getF64Type(), op.getDistribution(), value, parameterValues);
  accumulate(totals.score, term, loc);
  if (status[number] == Status::given)
    accumulate(totals.weight, term, loc);
}

LogicalResult Deriver::cloneMap(gen::MapOp map, Totals &totals) {
  Location loc = map.getLoc();
  Block &body = map.getBody().front();
  // The body is cloned into a detached sweep first: its results are known only afterwards.
  Block inner;
  inner.addArgument(builder.getIndexType(), loc);
  mapping.map(body.getArgument(0), inner.getArgument(0));
  plateIndices.push_back(inner.getArgument(0));
  Totals inside;
  SmallVector<Value> yielded;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&inner);
    if (failed(cloneBlock(body, inside)))
      return failure();
    bool sameSum = inside.score == inside.weight;
    for (Value sum : {inside.score, sameSum ? Value() : inside.weight})
      if (sum)
        yielded.push_back(sum);
    for (Value value : body.getTerminator()->getOperands())
      yielded.push_back(mapping.lookupOrDefault(value));
    for (auto &[number, value] : inside.drawn)
      yielded.push_back(value);
    gen::YieldOp::create(builder, loc, yielded);
  }
  plateIndices.pop_back();

  bool separateWeight = inside.weight && inside.weight != inside.score;
  unsigned numSums = (inside.score ? 1 : 0) + (separateWeight ? 1 : 0);
  IntegerAttr length;
  matchPattern(map.getLength(), m_Constant(&length));
  SmallVector<Type> types;
  for (auto [i, value] : llvm::enumerate(yielded))
    types.push_back(i < numSums ? value.getType()
                                : gen::stackedType(value.getType(), false,
                                                   length ? length.getInt() : ShapedType::kDynamic));
  auto sweep = gen::SweepOp::create(builder, loc, types, mapping.lookupOrDefault(map.getLength()), numSums);
  sweep.getBlock()->getOperations().splice(sweep.getBlock()->end(), inner.getOperations());
  inner.getArgument(0).replaceAllUsesWith(sweep.getIndex());

  unsigned next = 0;
  if (inside.score)
    accumulate(totals.score, sweep.getResult(next++), loc);
  if (inside.weight)
    accumulate(totals.weight, separateWeight ? sweep.getResult(next++) : sweep.getResult(0), loc);
  for (Value result : map.getResults())
    mapping.map(result, sweep.getResult(next++));
  for (auto &[number, value] : inside.drawn)
    totals.drawn.push_back({number, sweep.getResult(next++)});
  return success();
}

LogicalResult Deriver::cloneBlock(Block &block, Totals &totals) {
  for (Operation &op : block.without_terminator()) {
    if (auto sample = dyn_cast<gen::SampleOp>(op)) {
      cloneSample(sample, totals);
    } else if (auto map = dyn_cast<gen::MapOp>(op)) {
      if (failed(cloneMap(map, totals)))
        return failure();
    } else if (auto param = dyn_cast<gen::ParamOp>(op)) {
      for (Parameter &parameter : parameters)
        if (parameter.path == param.getName())
          mapping.map(param.getResult(), parameter.value);
    } else if (op.getNumRegions() > 0) {
      return op.emitOpError(
          "is not supported in a generative function: control flow is written with arith.select "
          "and gen.map");
    } else {
      builder.clone(op, mapping);
    }
  }
  return success();
}

LogicalResult Deriver::finish(const Totals &totals, Value returned) {
  auto describe = [&](StringRef role, StringRef name, ArrayRef<std::string> shape) {
    return roles::describe(builder, role, name, shape);
  };
  if (request.operation == GfiOperation::gradient) {
    Value objective = orZero(totals.score);
    Location loc = model.getLoc();
    if (scoreCotangent)
      objective = arith::MulFOp::create(builder, loc, scoreCotangent, objective);
    if (returnCotangent) {
      StringRef letters = StringRef("ijkl").take_front(
          isa<RankedTensorType>(returned.getType()) ? cast<RankedTensorType>(returned.getType()).getRank()
                                                    : 0);
      std::string spec = (letters + "," + letters + "->").str();
      Value inner = gen::EinsumOp::create(builder, loc, builder.getF64Type(), spec,
                                          ValueRange{returnCotangent, returned});
      objective = arith::AddFOp::create(builder, loc, objective, inner);
    }
    SmallVector<Value> values;
    SmallVector<DictionaryAttr> attributes;
    for (auto &make : wrt) {
      Wrt target = make();
      values.push_back(target.value);
      attributes.push_back(target.attributes);
    }
    auto gradient = gen::GradientOp::create(builder, loc, ValueRange(values).getTypes(), objective, values);
    if (request.dropConstants)
      gradient->setAttr("drop_constants", builder.getUnitAttr());
    // With drop_constants both lose the same summands.
    addResult(returnCotangent || scoreCotangent ? orZero(totals.score) : objective,
              describe(roles::score, "score", {}));
    for (auto [value, attribute] : llvm::zip(gradient.getResults(), attributes))
      addResult(value, attribute);
    return success();
  }
  for (auto [number, value] : totals.drawn)
    addResult(value, describe(roles::choice, choices[number].pattern, *leafShape(choices[number])));
  if (request.operation == GfiOperation::generate)
    addResult(orZero(totals.weight), describe(roles::weight, "weight", {}));
  addResult(orZero(totals.score), describe(roles::score, "score", {}));
  if (!returned)
    return success();
  Value original = model.getBody().front().getTerminator()->getOperand(0);
  FailureOr<SmallVector<std::string>> shape =
      symbolicShape(original, model.getBody().front().getTerminator());
  if (failed(shape))
    return failure();
  addResult(returned, describe(roles::returnValue, "return", *shape));
  return success();
}

FailureOr<func::FuncOp> Deriver::run() {
  if (failed(collectParameters()) || failed(resolve()))
    return failure();
  std::string name = (model.getSymName() + "_" + operationName(request.operation)).str();
  builder.setInsertionPointAfter(model);
  function = func::FuncOp::create(builder, model.getLoc(), name, builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(function.addEntryBlock());
  Totals totals;
  Block &body = model.getBody().front();
  if (failed(buildArguments()) || failed(cloneBlock(body, totals)))
    return failure();
  Operation *terminator = body.getTerminator();
  Value returned =
      terminator->getNumOperands() ? mapping.lookupOrDefault(terminator->getOperand(0)) : Value();
  if (failed(finish(totals, returned)))
    return failure();
  func::ReturnOp::create(builder, model.getLoc(), results);
  function.setType(
      builder.getFunctionType(function.getBody().front().getArgumentTypes(), ValueRange(results).getTypes()));
  function.setArgAttrsAttr(builder.getArrayAttr(argumentAttributes));
  function.setResAttrsAttr(builder.getArrayAttr(resultAttributes));
  if (std::vector<std::string> checks = sizeChecks(model); !checks.empty()) {
    SmallVector<StringRef> texts(checks.begin(), checks.end());
    function->setAttr(roles::checks, builder.getStrArrayAttr(texts));
  }
  return function;
}

} // namespace

FailureOr<func::FuncOp> derive(gen::FuncOp model, const Request &request) {
  // The model itself stays as it is: calls are inlined into a copy.
  OpBuilder builder(model);
  auto copy = cast<gen::FuncOp>(builder.clone(*model));
  FailureOr<func::FuncOp> result = failure();
  if (succeeded(inlineCalls(copy)))
    if (FailureOr<std::vector<Choice>> choices = collectChoices(copy); succeeded(choices))
      result = Deriver(copy, request, *choices).run();
  if (succeeded(result))
    (*result)->moveAfter(model);
  copy.erase();
  return result;
}

} // namespace genfuse

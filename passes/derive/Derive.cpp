#include "passes/derive/Derive.h"
#include "ir/Assembly.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/SizeChecks.h"
#include "passes/SymbolicSize.h"
#include "passes/derive/Derivation.h"
#include "passes/derive/DeriveChange.h"
#include "passes/derive/InlineCalls.h"
#include "passes/derive/Ragged.h"

using namespace mlir;

namespace genfuse {

namespace {

/// How a choice gets its value: it is an input that counts as given, a draw, or an input that counts as a
/// draw.
enum class Status { given, drawn, read };

/// What a region computes besides its own values: sums over its choices, and drawn values to collect.
struct Totals {
  Value score, weight;
  SmallVector<std::pair<size_t, Value>> drawn; ///< choice number, value (collected over plates so far)
};

class Deriver : public Derivation {
public:
  using Derivation::Derivation;

  FailureOr<func::FuncOp> run();

private:
  LogicalResult resolve();
  LogicalResult resolveGiven(StringRef name);
  LogicalResult resolveWrt(StringRef name);
  LogicalResult buildArguments();
  LogicalResult cloneBlock(Block &block, Totals &totals);
  LogicalResult cloneMap(gen::MapOp map, Totals &totals);
  void cloneSample(gen::SampleOp op, Totals &totals);
  LogicalResult finish(const Totals &totals, Value returned);
  LogicalResult finishGradient(const Totals &totals, Value returned);

  std::vector<Status> status;
  std::vector<Value> leaves; ///< input leaf per choice, null for drawn ones
  struct Wrt {
    Value value;
    StringRef role;
    std::string name;
    SmallVector<std::string> shape;
  };
  std::vector<std::function<Wrt()>> wrt;

  IRMapping mapping;
  SmallVector<Value> plateIndices; ///< the position of draws
  SmallVector<Value> leafIndices;  ///< where the current element lies in its leaf
  Value returnCotangent, scoreCotangent;
};

LogicalResult Deriver::resolveGiven(StringRef name) {
  std::optional<size_t> choice = findChoice(name);
  if (!choice)
    return error() << "unknown address '" << name << "'; " << knownChoices();
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
      return Wrt{leaves[i], roles::choiceGradient, choices[i].pattern, *leafShape(choices[i])};
    });
    return success();
  }
  if (argument) {
    Value value = model.getBody().front().getArgument(*argument);
    if (!isa<FloatType>(getElementTypeOrSelf(value.getType())))
      return error() << "the argument '" << name << "' is not real: it has no gradient";
    wrt.push_back([this, value, name = name.str()] {
      return Wrt{mapping.lookup(value), roles::argumentGradient, name, *symbolicShape(value, model)};
    });
    return success();
  }
  if (failed(parameter))
    return error() << "unknown name '" << name << "', expected an address, an argument or a parameter; "
                   << knownChoices();
  wrt.push_back([this, i = *parameter] {
    return Wrt{parameters[i].value, roles::parameterGradient, parameters[i].path, parameters[i].shape};
  });
  return success();
}

LogicalResult Deriver::resolve() {
  bool drawn = request.operation == GfiOperation::simulate || request.operation == GfiOperation::generate ||
               request.operation == GfiOperation::propose;
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

LogicalResult Deriver::buildArguments() {
  Block &entry = model.getBody().front();
  for (BlockArgument argument : entry.getArguments())
    mapping.map(argument, addArgument(argument.getType(), roles::argument, argumentName(argument),
                                      *symbolicShape(argument, model), argument.getLoc()));
  addParameterArguments();
  for (auto [i, choice] : llvm::enumerate(choices)) {
    FailureOr<SmallVector<std::string>> shape = leafShape(choice);
    if (failed(shape))
      return failure();
    if (status[i] == Status::drawn)
      continue;
    leaves[i] = addArgument(leafType(choice), roles::choice, choice.pattern, *shape, choice.op->getLoc());
    markArgument(choice);
  }
  if (request.returnGradient) {
    Value returned = entry.getTerminator()->getOperand(0);
    if (!isa<FloatType>(getElementTypeOrSelf(returned.getType())))
      return error() << "the return value is not real: it has no gradient";
    FailureOr<SmallVector<std::string>> shape = symbolicShape(returned, entry.getTerminator());
    if (failed(shape))
      return failure();
    returnCotangent =
        addArgument(returned.getType(), roles::returnGradient, "return", *shape, model.getLoc());
  }
  if (request.weighted)
    scoreCotangent = addArgument(builder.getF64Type(), roles::scoreGradient, "score", {}, model.getLoc());
  if (llvm::is_contained(status, Status::drawn))
    addRandomArguments();
  return success();
}

void Deriver::cloneSample(gen::SampleOp op, Totals &totals) {
  size_t number = numberOf(op);
  const Choice &choice = choices[number];
  Location loc = locationOf(choice);
  SmallVector<Value> parameterValues;
  for (Value parameter : op.getParameters())
    parameterValues.push_back(mapping.lookupOrDefault(parameter));
  Value value;
  if (status[number] == Status::drawn) {
    value = gen::DrawOp::create(builder, loc, op.getType(), op.getDistribution(), parameterValues, seed,
                                instance, plateIndices, choice.stream);
    totals.drawn.push_back({number, value});
  } else {
    value = element(leaves[number], op.getType(), leafIndices, loc);
  }
  mapping.map(op.getResult(), value);
  Value term = gen::LogPdfOp::create(builder, loc, builder.getF64Type(), op.getDistribution(), value,
                                     parameterValues, plateIndices);
  accumulate(totals.score, term, loc);
  if (status[number] == Status::given)
    accumulate(totals.weight, term, loc);
}

/// Drawn values of a ragged plate: its row within the whole leaf.
static bool isPlaced(Value drawn) { return isa_and_nonnull<gen::PlaceOp>(drawn.getDefiningOp()); }

LogicalResult Deriver::cloneMap(gen::MapOp map, Totals &totals) {
  if (failed(verifyStacks(map, map.getLength())))
    return failure();
  Location loc = map.getLoc();
  Block &body = map.getBody().front();
  // The body is cloned into a detached sweep first: its results are known only afterwards.
  Block inner;
  inner.addArgument(builder.getIndexType(), loc);
  mapping.map(body.getArgument(0), inner.getArgument(0));
  plateIndices.push_back(inner.getArgument(0));
  SmallVector<Value> outerLeafIndices = leafIndices;
  gen::RowOp row = rowOf(map);
  Totals inside;
  SmallVector<Value> yielded;
  unsigned numSums = 0, numPlaced = 0;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&inner);
    leafIndices.push_back(inner.getArgument(0));
    if (row)
      leafIndices = {
          arith::AddIOp::create(builder, loc, mapping.lookup(row.getStart()), inner.getArgument(0))};
    if (failed(cloneBlock(body, inside)))
      return failure();
    bool sameSum = inside.score == inside.weight;
    for (Value sum : {inside.score, sameSum ? Value() : inside.weight})
      if (sum)
        yielded.push_back(sum);
    numSums = yielded.size();
    // Drawn values of a ragged plate within: each iteration places its row in the whole leaf.
    for (auto &[number, value] : inside.drawn)
      if (isPlaced(value))
        yielded.push_back(value);
    numPlaced = yielded.size() - numSums;
    for (Value value : body.getTerminator()->getOperands())
      yielded.push_back(mapping.lookupOrDefault(value));
    for (auto &[number, value] : inside.drawn)
      if (!isPlaced(value))
        yielded.push_back(value);
    gen::YieldOp::create(builder, loc, yielded);
  }
  plateIndices.pop_back();
  leafIndices = outerLeafIndices;

  bool separateWeight = inside.weight && inside.weight != inside.score;
  IntegerAttr length;
  matchPattern(map.getLength(), m_Constant(&length));
  SmallVector<Type> types;
  for (auto [i, value] : llvm::enumerate(yielded))
    types.push_back(
        i < numSums + numPlaced
            ? value.getType()
            : gen::stackedType(value.getType(), false, length ? length.getInt() : ShapedType::kDynamic));
  auto sweep = gen::SweepOp::create(builder, loc, types, mapping.lookupOrDefault(map.getLength()),
                                    numSums + numPlaced);
  sweep.getBlock()->getOperations().splice(sweep.getBlock()->end(), inner.getOperations());
  inner.getArgument(0).replaceAllUsesWith(sweep.getIndex());

  if (inside.score)
    accumulate(totals.score, sweep.getResult(0), loc);
  if (inside.weight)
    accumulate(totals.weight, sweep.getResult(separateWeight ? 1 : 0), loc);
  unsigned placed = numSums, next = numSums + numPlaced;
  for (Value result : map.getResults())
    mapping.map(result, sweep.getResult(next++));
  for (auto &[number, value] : inside.drawn) {
    Value collected = sweep.getResult(isPlaced(value) ? placed++ : next++);
    if (row)
      collected = gen::PlaceOp::create(builder, loc, leafType(choices[number]), collected,
                                       mapping.lookup(row.getStart()), mapping.lookup(row.getTotal()));
    totals.drawn.push_back({number, collected});
  }
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

LogicalResult Deriver::finishGradient(const Totals &totals, Value returned) {
  Value objective = orZero(totals.score);
  Location loc = model.getLoc();
  if (scoreCotangent)
    objective = arith::MulFOp::create(builder, loc, scoreCotangent, objective);
  if (returnCotangent) {
    auto type = dyn_cast<RankedTensorType>(returned.getType());
    StringRef letters = StringRef("ijkl").take_front(type ? type.getRank() : 0);
    std::string spec = (letters + "," + letters + "->").str();
    Value inner = gen::EinsumOp::create(builder, loc, builder.getF64Type(), spec,
                                        ValueRange{returnCotangent, returned});
    objective = arith::AddFOp::create(builder, loc, objective, inner);
  }
  std::vector<Wrt> targets;
  SmallVector<Value> values;
  for (auto &make : wrt) {
    targets.push_back(make());
    values.push_back(targets.back().value);
  }
  auto gradient = gen::GradientOp::create(builder, loc, ValueRange(values).getTypes(), objective, values);
  if (request.dropConstants)
    gradient->setAttr("drop_constants", builder.getUnitAttr());
  // With drop_constants both lose the same summands.
  addResult(returnCotangent || scoreCotangent ? orZero(totals.score) : objective, roles::score, "score");
  for (auto [value, target] : llvm::zip(gradient.getResults(), targets))
    addResult(value, target.role, target.name, target.shape);
  return success();
}

LogicalResult Deriver::finish(const Totals &totals, Value returned) {
  if (request.operation == GfiOperation::gradient)
    return finishGradient(totals, returned);
  for (auto [number, value] : totals.drawn)
    addResult(value, roles::choice, choices[number].pattern, *leafShape(choices[number])),
        markResult(choices[number]);
  if (request.operation == GfiOperation::generate)
    addResult(orZero(totals.weight), roles::weight, "weight");
  // What is proposed is all drawn: its weight is the density of the proposal.
  if (request.operation == GfiOperation::propose)
    addResult(orZero(totals.score), roles::weight, "weight");
  addResult(orZero(totals.score), roles::score, "score");
  if (!returned)
    return success();
  Operation *terminator = model.getBody().front().getTerminator();
  FailureOr<SmallVector<std::string>> shape = symbolicShape(terminator->getOperand(0), terminator);
  if (failed(shape))
    return failure();
  addResult(returned, roles::returnValue, "return", *shape);
  return success();
}

FailureOr<func::FuncOp> Deriver::run() {
  if (failed(collectParameters()) || failed(resolve()))
    return failure();
  startFunction();
  Totals totals;
  Block &body = model.getBody().front();
  if (failed(buildArguments()) || failed(cloneBlock(body, totals)))
    return failure();
  Operation *terminator = body.getTerminator();
  Value returned =
      terminator->getNumOperands() ? mapping.lookupOrDefault(terminator->getOperand(0)) : Value();
  if (failed(finish(totals, returned)))
    return failure();
  finishFunction();
  return function;
}

} // namespace

FailureOr<func::FuncOp> derive(gen::FuncOp model, const Request &request) {
  if (request.operation == GfiOperation::run)
    return model.emitError("request 'run()': only a procedure is run; '" + model.getSymName() +
                           "' is a generative function");
  // The model itself stays as it is: calls are inlined into a copy.
  OpBuilder builder(model);
  auto copy = cast<gen::FuncOp>(builder.clone(*model));
  FailureOr<func::FuncOp> result = failure();
  if (succeeded(inlineCalls(copy)) && succeeded(verifyRows(copy)))
    if (FailureOr<std::vector<Choice>> choices = collectChoices(copy); succeeded(choices))
      result = startsFromTrace(request.operation) ? deriveChange(copy, request, *choices)
                                                  : Deriver(copy, request, *choices).run();
  if (succeeded(result))
    (*result)->moveAfter(model);
  copy.erase();
  return result;
}

} // namespace genfuse

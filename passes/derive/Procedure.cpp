#include "passes/derive/Procedure.h"
#include "ir/Assembly.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Roles.h"
#include "passes/SizeChecks.h"
#include "passes/SymbolicSize.h"
#include "passes/derive/Application.h"

using namespace mlir;

namespace genfuse {

namespace {

class ProcedureDeriver {
public:
  explicit ProcedureDeriver(gen::ProcedureOp procedure)
      : procedure(procedure), builder(procedure.getContext()) {}

  FailureOr<func::FuncOp> run() {
    start();
    if (failed(cloneBlock(procedure.getBody().front(), nullptr)) || failed(finish()))
      return function.erase(), failure();
    return function;
  }

private:
  /// The procedure's arguments first, so that sizes have their names; then what draws need.
  void start() {
    builder.setInsertionPointAfter(procedure);
    std::string name = (procedure.getSymName() + "_run").str();
    SmallVector<Type> types(procedure.getArgumentTypes());
    types.append({builder.getI64Type(), builder.getIndexType()});
    function = func::FuncOp::create(builder, procedure.getLoc(), name, builder.getFunctionType(types, {}));
    Block &entry = *function.addEntryBlock();
    builder.setInsertionPointToEnd(&entry);
    for (BlockArgument argument : procedure.getBody().front().getArguments()) {
      unsigned number = argument.getArgNumber();
      mapping.map(argument, entry.getArgument(number));
      describe(number, roles::argument, argumentName(argument));
      SmallVector<std::string> shape = *symbolicShape(entry.getArgument(number), function);
      describe(number, roles::argument, argumentName(argument), shape);
    }
    unsigned count = procedure.getNumArguments();
    describe(count, roles::seed, "seed");
    describe(count + 1, roles::instance, "instance");
    random = {entry.getArgument(count), entry.getArgument(count + 1)};
  }

  void describe(unsigned argument, StringRef role, StringRef name, ArrayRef<std::string> shape = {}) {
    function.setArgAttrs(argument, roles::describe(builder, role, name, shape));
  }

  /// Scopes are numbered by program order; an applied operation takes as many as it has.
  int64_t scopeOf(Operation *scope) {
    auto [known, isNew] = scopes.try_emplace(scope, nextScope);
    nextScope += isNew;
    return known->second;
  }

  void cloneSample(gen::SampleOp op, Operation *scope) {
    SmallVector<Value> parameters;
    for (Value parameter : op.getParameters())
      parameters.push_back(mapping.lookupOrDefault(parameter));
    int64_t number = scopeOf(scope);
    auto stream = gen::StreamAttr::get(op.getContext(), number, slots[number]++, /*single=*/position.empty());
    mapping.map(op.getResult(),
                gen::DrawOp::create(builder, op.getLoc(), op.getType(), op.getDistribution(), parameters,
                                    random.seed, random.instance, position, stream)
                    .getResult());
  }

  /// The body of an iteration, in the block of `into`.
  LogicalResult cloneBody(Block &from, Block &into, Operation *scope) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&into);
    mapping.map(from.getArguments(), into.getArguments());
    position.push_back(into.getArgument(0));
    if (failed(cloneBlock(from, scope)))
      return failure();
    position.pop_back();
    SmallVector<Value> yielded;
    for (Value value : from.getTerminator()->getOperands())
      yielded.push_back(mapping.lookupOrDefault(value));
    gen::YieldOp::create(builder, from.getTerminator()->getLoc(), yielded);
    return success();
  }

  LogicalResult cloneMap(gen::MapOp op) {
    if (failed(verifyStacks(op, mapping.lookupOrDefault(op.getLength()))))
      return failure();
    auto sweep = gen::SweepOp::create(builder, op.getLoc(), op.getResultTypes(),
                                      mapping.lookupOrDefault(op.getLength()), 0);
    mapping.map(op.getResults(), sweep.getResults());
    return cloneBody(op.getBody().front(), *sweep.getBlock(), op);
  }

  LogicalResult cloneLoop(gen::LoopOp op) {
    if (failed(verifyStacks(op, mapping.lookupOrDefault(op.getLength()))))
      return failure();
    SmallVector<Value> inits;
    for (Value init : op.getStarts())
      inits.push_back(mapping.lookupOrDefault(init));
    auto loop = gen::LoopOp::create(builder, op.getLoc(), op.getResultTypes(),
                                    mapping.lookupOrDefault(op.getLength()), inits);
    mapping.map(op.getResults(), loop.getResults());
    return failure(failed(cloneBody(*op.getBlock(), *loop.getBlock(), op)) || failed(checkSizes(loop)));
  }

  /// A carried tensor is as large as what it started as (loop_c4): sizes that are known to be the same, or
  /// that each call compares.
  LogicalResult checkSizes(gen::LoopOp loop) {
    for (auto [init, yielded] : llvm::zip(loop.getStarts(), loop.getYield().getOperands())) {
      auto type = dyn_cast<RankedTensorType>(init.getType());
      for (int64_t d = 0; type && d < type.getRank(); ++d) {
        std::optional<SizeExpression> before = sizeOfDimension(init, d), after = sizeOfDimension(yielded, d);
        if (!before || !after)
          return loop.emitOpError("carries a tensor whose size is not affine in the sizes of the arguments");
        std::string left = before->text(function), right = after->text(function);
        if (left != right)
          checks.push_back(left + " = " + right + " | " + placeOf(loop.getLoc()));
      }
    }
    return success();
  }

  LogicalResult cloneApply(gen::ApplyOp op) {
    Application application(op, function, random, position, nextScope, nextVariable);
    SmallVector<Value> operands;
    for (Value operand : op.getOperands())
      operands.push_back(mapping.lookupOrDefault(operand));
    FailureOr<SmallVector<Value>> results = application.inlineAt(builder, operands);
    if (failed(results))
      return failure();
    mapping.map(op.getResults(), *results);
    nextScope = application.nextScope();
    nextVariable = application.nextVariable();
    llvm::append_range(checks, application.checks());
    return success();
  }

  LogicalResult cloneBlock(Block &block, Operation *scope) {
    for (Operation &op : block.without_terminator()) {
      LogicalResult done = success();
      if (auto sample = dyn_cast<gen::SampleOp>(op))
        cloneSample(sample, scope);
      else if (auto map = dyn_cast<gen::MapOp>(op))
        done = cloneMap(map);
      else if (auto loop = dyn_cast<gen::LoopOp>(op))
        done = cloneLoop(loop);
      else if (auto apply = dyn_cast<gen::ApplyOp>(op))
        done = cloneApply(apply);
      else if (isa<gen::ParamOp, gen::CallOp, gen::RowOp>(op) || op.getNumRegions() > 0)
        done = op.emitOpError("is not supported in a procedure: it applies operations (gen.apply) to values "
                              "that are its arguments or that it computes");
      else
        builder.clone(op, mapping);
      if (failed(done))
        return failure();
    }
    return success();
  }

  LogicalResult finish() {
    Operation *terminator = procedure.getBody().front().getTerminator();
    if (terminator->getNumOperands() == 0)
      return procedure.emitError("the procedure '" + procedure.getSymName() + "' returns nothing");
    SmallVector<Value> results;
    SmallVector<Attribute> described;
    for (auto [i, value] : llvm::enumerate(terminator->getOperands())) {
      Value result = mapping.lookupOrDefault(value);
      FailureOr<SmallVector<std::string>> shape = symbolicShape(result, function);
      if (failed(shape))
        return failure();
      auto name = procedure.getResultAttrOfType<StringAttr>(i, roles::name);
      described.push_back(roles::describe(builder, roles::result, name.getValue(), *shape));
      results.push_back(result);
    }
    func::ReturnOp::create(builder, procedure.getLoc(), results);
    for (Value unused : {random.instance, random.seed}) {
      unsigned number = cast<BlockArgument>(unused).getArgNumber();
      if (unused.use_empty() && failed(function.eraseArgument(number)))
        return failure();
    }
    function.setType(builder.getFunctionType(function.getArgumentTypes(), ValueRange(results).getTypes()));
    function.setResAttrsAttr(builder.getArrayAttr(described));
    for (const std::string &line : sizeChecks(function))
      if (!llvm::is_contained(checks, line))
        checks.push_back(line);
    if (!checks.empty())
      function->setAttr(roles::checks,
                        builder.getStrArrayAttr(SmallVector<StringRef>(checks.begin(), checks.end())));
    return success();
  }

  gen::ProcedureOp procedure;
  OpBuilder builder;
  func::FuncOp function;
  IRMapping mapping;
  RandomSource random;
  SmallVector<Value> position; ///< the indices of the loops and plates around, outermost first
  llvm::DenseMap<Operation *, int64_t> scopes;
  std::map<int64_t, int64_t> slots;
  int64_t nextScope = 0, nextVariable = 0;
  std::vector<std::string> checks;
};

} // namespace

FailureOr<func::FuncOp> deriveProcedure(gen::ProcedureOp procedure, const Request &request) {
  if (request.operation != GfiOperation::run)
    return procedure.emitError("request '" + request.text() + "': '" + procedure.getSymName() +
                               "' is a procedure, which has no trace: expected run()");
  return ProcedureDeriver(procedure).run();
}

} // namespace genfuse

// gen-batch: from one instance to a dynamic number of them, and the choice of the sweep that runs in lanes.
#include "passes/InvariantCode.h"
#include "passes/Passes.h"
#include "passes/Roles.h"

using namespace mlir;

namespace genfuse {

#define GEN_PASS_DEF_GENBATCH
#include "genfuse/passes/Passes.h.inc"

namespace {

/// The type of a value that each instance has its own of: one more dimension, the last.
Type batchedType(Type type) {
  SmallVector<int64_t> shape;
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    shape.append(tensor.getShape().begin(), tensor.getShape().end());
  shape.push_back(ShapedType::kDynamic);
  return RankedTensorType::get(shape, getElementTypeOrSelf(type));
}

/// The value of instance `b` out of all.
Value instanceOf(OpBuilder &builder, Location loc, Value all, Type type, Value b) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return tensor::ExtractOp::create(builder, loc, all, b);
  SmallVector<OpFoldResult> offsets(tensor.getRank(), builder.getIndexAttr(0)), sizes;
  for (int64_t d = 0; d < tensor.getRank(); ++d)
    sizes.push_back(tensor::getMixedSize(builder, loc, all, d));
  offsets.push_back(b);
  sizes.push_back(builder.getIndexAttr(1));
  SmallVector<OpFoldResult> strides(sizes.size(), builder.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(builder, loc, tensor, all, offsets, sizes, strides);
}

struct GenBatchPass : impl::GenBatchBase<GenBatchPass> {
  using GenBatchBase::GenBatchBase;

  bool named(const ListOption<std::string> &list, StringRef name) {
    return llvm::any_of(list, [&](const std::string &entry) { return name == entry; });
  }

  bool isBatched(DictionaryAttr attributes) {
    StringRef role = roles::of(attributes);
    StringRef name = cast<StringAttr>(attributes.get(roles::name)).getValue();
    if (role == roles::parameter || role == roles::parameterGradient)
      return false;
    if (role == roles::argument || role == roles::argumentGradient)
      return named(batched, name);
    if (role == roles::newArgument)
      return named(batched, (role + ":" + name).str());
    if (role == roles::choice || role == roles::choiceGradient)
      return !named(shared, name);
    if (role == roles::constraint || role == roles::selected || role == roles::elements)
      return !named(shared, (role + ":" + name).str());
    return true;
  }

  DictionaryAttr markBatched(DictionaryAttr attributes, OpBuilder &builder) {
    NamedAttrList list(attributes);
    list.set(roles::batched, builder.getUnitAttr());
    return list.getDictionary(builder.getContext());
  }

  /// Whether sweeps or tensors within have another size in each iteration: they cannot run in its lanes.
  static bool holdsRows(gen::SweepOp sweep) {
    WalkResult found = sweep.getBody().walk([](gen::RowOp row) {
      return row.getLength().use_empty() ? WalkResult::advance() : WalkResult::interrupt();
    });
    return found.wasInterrupted();
  }

  /// Lanes on the outermost sweeps that can have them.
  void setLanes(Block &block, Operation *except = nullptr) {
    OpBuilder builder(&getContext());
    for (Operation &op : block) {
      if (&op == except)
        continue;
      auto sweep = dyn_cast<gen::SweepOp>(op);
      if (sweep && !holdsRows(sweep))
        sweep.setLanesAttr(builder.getI64IntegerAttr(lanes));
      else if (isa<gen::SweepOp, gen::LoopOp>(op))
        setLanes(op.getRegion(0).front());
    }
  }

  /// One instance: its number, if draws need it, is 0.
  void makeSingle(func::FuncOp function) {
    Block &entry = function.getBody().front();
    for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
      if (roles::of(function.getArgAttrDict(i)) != roles::instance)
        continue;
      OpBuilder builder = OpBuilder::atBlockBegin(&entry);
      Value zero = arith::ConstantIndexOp::create(builder, function.getLoc(), 0);
      entry.getArgument(i).replaceAllUsesWith(zero);
      (void)function.eraseArgument(i);
      break;
    }
    setLanes(entry);
  }

  void wrap(func::FuncOp function) {
    Block &entry = function.getBody().front();
    OpBuilder builder(&getContext());
    Location loc = function.getLoc();
    auto terminator = cast<func::ReturnOp>(entry.getTerminator());

    // The body moves into the sweep; arguments that instances have their own of are looked up there.
    Block body;
    Value b = body.addArgument(builder.getIndexType(), loc);
    body.getOperations().splice(body.end(), entry.getOperations(), entry.begin(), std::prev(entry.end()));
    Value instances;
    SmallVector<Type> types;
    SmallVector<Attribute> attributes;
    unsigned count = entry.getNumArguments();
    for (unsigned i = 0; i < count; ++i) {
      DictionaryAttr described = function.getArgAttrDict(i);
      BlockArgument argument = entry.getArgument(i);
      if (roles::of(described) == roles::instance) {
        argument.replaceAllUsesWith(b);
        instances = argument;
        described = roles::describe(builder, roles::instances, "instances", {});
      } else if (isBatched(described) && roles::of(described) != roles::seed) {
        Type type = argument.getType();
        builder.setInsertionPointToStart(&body);
        argument.setType(batchedType(type));
        Value own = instanceOf(builder, argument.getLoc(), argument, type, b);
        SmallPtrSet<Operation *, 8> lookups;
        for (Operation *op = &body.front();; op = op->getNextNode()) {
          lookups.insert(op);
          if (op == own.getDefiningOp())
            break;
        }
        argument.replaceAllUsesExcept(own, lookups);
        described = markBatched(described, builder);
      }
      types.push_back(argument.getType());
      attributes.push_back(described);
    }
    if (!instances) {
      instances = entry.addArgument(builder.getIndexType(), loc);
      types.push_back(instances.getType());
      attributes.push_back(roles::describe(builder, roles::instances, "instances", {}));
    }

    SmallVector<Value> yielded;
    SmallVector<Type> sums, stacks;
    SmallVector<unsigned> order;
    SmallVector<Attribute> resultAttributes;
    for (unsigned i = 0; i < terminator.getNumOperands(); ++i)
      resultAttributes.push_back(function.getResultAttrDict(i));
    auto collect = [&](bool wantBatched, SmallVectorImpl<Type> &into) {
      for (auto [i, value] : llvm::enumerate(terminator.getOperands())) {
        auto described = cast<DictionaryAttr>(resultAttributes[i]);
        if (isBatched(described) != wantBatched)
          continue;
        into.push_back(wantBatched ? batchedType(value.getType()) : value.getType());
        yielded.push_back(value);
        order.push_back(i);
        if (wantBatched)
          resultAttributes[i] = markBatched(described, builder);
      }
    };
    collect(false, sums);
    collect(true, stacks);
    builder.setInsertionPointToEnd(&body);
    gen::YieldOp::create(builder, loc, yielded);
    builder.setInsertionPoint(terminator);
    llvm::append_range(sums, stacks);
    auto sweep = gen::SweepOp::create(builder, loc, sums, instances, sums.size() - stacks.size());
    sweep.setStackLast(true);
    sweep.getBlock()->getOperations().splice(sweep.getBlock()->end(), body.getOperations());
    b.replaceAllUsesWith(sweep.getIndex());
    for (auto [i, result] : llvm::zip(order, sweep.getResults()))
      terminator.setOperand(i, result);

    function.setType(builder.getFunctionType(types, terminator.getOperandTypes()));
    function.setArgAttrsAttr(builder.getArrayAttr(attributes));
    function.setResAttrsAttr(builder.getArrayAttr(resultAttributes));
    hoistInvariantCode(sweep);
    if (function->hasAttr(roles::checkOf))
      hoistInvariantChecks(sweep);
    if (mapping == "instances") {
      setLanes(entry, sweep); // what is one for all instances
      sweep.setLanesAttr(builder.getI64IntegerAttr(lanes));
    } else
      setLanes(*sweep.getBlock());
  }

  void runOnOperation() override {
    if (mapping != "instances" && mapping != "elements" && mapping != "single") {
      getOperation().emitError() << "unknown mapping '" << mapping
                                 << "', expected instances, elements or single";
      return signalPassFailure();
    }
    if (mapping == "single")
      return makeSingle(getOperation());
    wrap(getOperation());
  }
};

} // namespace
} // namespace genfuse

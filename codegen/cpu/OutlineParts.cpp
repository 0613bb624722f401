#include "codegen/cpu/OutlineParts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/Roles.h"
#include "runtime/abi.h"
#include <cstddef>

using namespace mlir;

namespace genfuse {

namespace {

/// A part of at most so many ops is inlined; a draw, a call of the device library, counts for several.
constexpr int64_t smallPart = 128, opsOfDraw = 64;

class Outliner {
public:
  /// `known` are the functions that were made before.
  Outliner(scf::ParallelOp loop, Value call, SmallVectorImpl<func::FuncOp> &known)
      : known(known), loop(loop), repeats(loop->getParentOfType<LoopLikeOpInterface>()), call(call), b(loop),
        loc(loop.getLoc()), pointer(LLVM::LLVMPointerType::get(loop.getContext())) {}

  LogicalResult run(StringRef name) {
    if (loop.getNumLoops() != 1 || loop.getNumReductions() != 0)
      return loop.emitOpError("is not a loop over parts");
    llvm::SetVector<Value> above;
    getUsedValuesDefinedAbove(loop.getRegion(), above);
    for (Value value : above)
      if (failed(capture(value)))
        return failure();
    makePart(name);
    part = knownAs(part);
    makeRun(name);
    entry = knownAs(entry);
    replaceLoop();
    return success();
  }

private:
  template <class Op, class... Arguments> Value make(Arguments &&...arguments) {
    return Op::create(b, loc, std::forward<Arguments>(arguments)...).getOperation()->getResult(0);
  }

  /// What lies in a closure: an index as an i64.
  Type memoryType(Type type) { return type.isIndex() ? b.getI64Type() : type; }

  /// Values that memory holds are captured. Constants, memrefs and vectors of indices are made again in the
  /// part, from captured operands.
  LogicalResult capture(Value value) {
    if (captured.contains(value) || remade.contains(value.getDefiningOp()))
      return success();
    Operation *op = value.getDefiningOp();
    bool constant = op && op->hasTrait<OpTrait::ConstantLike>();
    if (!constant && LLVM::isCompatibleType(memoryType(value.getType()))) {
      captured.insert(value);
      return success();
    }
    if (!op || op->getNumRegions() != 0 || !(isPure(op) || isa<func::CallOp>(op)))
      return loop.emitOpError("uses a value that a part cannot be given: ") << value.getType();
    for (Value operand : op->getOperands())
      if (failed(capture(operand)))
        return failure();
    remade.insert(op);
    return success();
  }

  func::FuncOp addFunction(const Twine &name, ArrayRef<Type> types) {
    OpBuilder top = OpBuilder::atBlockBegin(loop->getParentOfType<ModuleOp>().getBody());
    auto function = func::FuncOp::create(top, loc, name.str(), b.getFunctionType(types, {}));
    function.setPrivate();
    function.addEntryBlock();
    return function;
  }

  /// For LLVM's inliner, and for MLIR's.
  void forbidInlining(func::FuncOp function) {
    function->setAttr("passthrough", b.getStrArrayAttr({"noinline"}));
    function.setNoInline(true);
  }

  void makePart(StringRef name) {
    SmallVector<Type> types;
    for (Value value : captured)
      types.push_back(value.getType());
    types.push_back(b.getIndexType());
    part = addFunction(name + "_part", types);
    // Code that appears twice takes twice as long to compile; a call takes what a tiny kernel takes in all.
    int64_t size = 0;
    loop.getRegion().walk([&](Operation *op) {
      auto callee = dyn_cast<func::CallOp>(op);
      size += callee && callee.getCallee().starts_with("gf_") ? opsOfDraw : 1;
    });
    if (size <= smallPart || repeats)
      part->setAttr("passthrough", b.getStrArrayAttr({"alwaysinline"}));
    else
      forbidInlining(part);
    auto kernel = loop->getParentOfType<func::FuncOp>();
    StringRef noAlias = LLVM::LLVMDialect::getNoAliasAttrName();
    Block &entry = part.getBody().front();
    IRMapping map;
    for (auto [i, value] : llvm::enumerate(captured)) {
      map.map(value, entry.getArgument(i));
      if (auto argument = dyn_cast<BlockArgument>(value))
        if (argument.getOwner()->getParentOp() == kernel &&
            kernel.getArgAttr(argument.getArgNumber(), noAlias))
          part.setArgAttr(i, noAlias, b.getUnitAttr());
    }
    OpBuilder inside = OpBuilder::atBlockEnd(&entry);
    for (Operation *op : remade)
      inside.clone(*op, map);
    map.map(loop.getInductionVars().front(), entry.getArguments().back());
    for (Operation &op : loop.getBody()->without_terminator())
      inside.clone(op, map);
    func::ReturnOp::create(inside, loc);
  }

  /// A loop that is there twice, such as in the two phases of a chain, becomes one function.
  func::FuncOp knownAs(func::FuncOp function) {
    for (func::FuncOp other : known)
      if (other.getFunctionType() == function.getFunctionType() &&
          other.getArgAttrsAttr() == function.getArgAttrsAttr() &&
          other->getAttr("passthrough") == function->getAttr("passthrough") &&
          OperationEquivalence::isRegionEquivalentTo(&other.getBody(), &function.getBody(),
                                                     OperationEquivalence::IgnoreLocations)) {
        function.erase();
        return other;
      }
    known.push_back(function);
    return function;
  }

  LLVM::LLVMStructType closureType() {
    SmallVector<Type> types;
    for (Value value : captured)
      types.push_back(memoryType(value.getType()));
    return LLVM::LLVMStructType::getLiteral(b.getContext(), types);
  }

  Value field(Value closure, unsigned number) {
    return make<LLVM::GEPOp>(pointer, closureType(), closure,
                             ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(number)});
  }

  void makeRun(StringRef name) {
    entry = addFunction(name + "_run", {pointer, b.getI64Type()});
    forbidInlining(entry);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&entry.getBody().front());
    SmallVector<Value> arguments;
    for (auto [i, value] : llvm::enumerate(captured)) {
      Type type = memoryType(value.getType());
      Value held = make<LLVM::LoadOp>(type, field(entry.getArgument(0), i));
      arguments.push_back(type == value.getType() ? held : make<arith::IndexCastOp>(value.getType(), held));
    }
    arguments.push_back(make<arith::IndexCastOp>(b.getIndexType(), entry.getArgument(1)));
    func::CallOp::create(b, loc, part, arguments);
    func::ReturnOp::create(b, loc);
  }

  Value loadField(Value from, size_t offset) {
    Value at =
        make<LLVM::GEPOp>(pointer, b.getI8Type(), from, ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(offset)});
    return make<LLVM::LoadOp>(pointer, at);
  }

  void replaceLoop() {
    Value parts = loop.getUpperBound().front();
    if (repeats) { // one way for one part and for several: less code
      runParts(parts, fillClosure());
      return loop.erase();
    }
    Value one = make<arith::ConstantIndexOp>(1);
    Value few = make<arith::CmpIOp>(arith::CmpIPredicate::sle, parts, one);
    auto branch = scf::IfOp::create(b, loc, few, /*withElse=*/true);
    b.setInsertionPointToStart(branch.thenBlock());
    SmallVector<Value> arguments(captured.begin(), captured.end());
    arguments.push_back(make<arith::ConstantIndexOp>(0));
    func::CallOp::create(b, loc, part, arguments);
    b.setInsertionPointToStart(branch.elseBlock());
    runParts(parts, fillClosure());
    loop.erase();
  }

  Value fillClosure() {
    Value closure = allocateClosure();
    for (auto [i, value] : llvm::enumerate(captured)) {
      Value held = value.getType().isIndex() ? make<arith::IndexCastOp>(b.getI64Type(), value) : value;
      LLVM::StoreOp::create(b, loc, held, field(closure, i));
    }
    return closure;
  }

  void runParts(Value parts, Value closure) {
    Value executor = loadField(call, offsetof(gf_call, executor));
    Value none = make<LLVM::ICmpOp>(LLVM::ICmpPredicate::eq, executor, make<LLVM::ZeroOp>(pointer));
    if (repeats)
      none = make<arith::OrIOp>(
          none, make<arith::CmpIOp>(arith::CmpIPredicate::sle, parts, make<arith::ConstantIndexOp>(1)));
    auto branch = scf::IfOp::create(b, loc, none, /*withElse=*/true);
    b.setInsertionPointToStart(branch.thenBlock());
    auto serial =
        scf::ForOp::create(b, loc, make<arith::ConstantIndexOp>(0), parts, make<arith::ConstantIndexOp>(1));
    b.setInsertionPointToStart(serial.getBody());
    Value number = make<arith::IndexCastOp>(b.getI64Type(), serial.getInductionVar());
    func::CallOp::create(b, loc, entry, ValueRange{closure, number});
    b.setInsertionPointToStart(branch.elseBlock());
    Value address = make<func::ConstantOp>(entry.getFunctionType(), entry.getSymName());
    Value body = UnrealizedConversionCastOp::create(b, loc, pointer, address).getResult(0);
    Value count = make<arith::IndexCastOp>(b.getI64Type(), parts);
    Value run = loadField(executor, offsetof(gf_executor, run));
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                            {pointer, b.getI64Type(), pointer, pointer});
    LLVM::CallOp::create(b, loc, type, ValueRange{run, executor, count, body, closure});
  }

  /// At the start of the kernel: the stack grows once.
  Value allocateClosure() {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&loop->getParentOfType<func::FuncOp>().getBody().front());
    Value one = make<LLVM::ConstantOp>(b.getI64Type(), b.getI64IntegerAttr(1));
    return make<LLVM::AllocaOp>(pointer, closureType(), one);
  }

  SmallVectorImpl<func::FuncOp> &known;
  scf::ParallelOp loop;
  const bool repeats; ///< it is within a loop of the kernel
  Value call;
  OpBuilder b;
  Location loc;
  Type pointer;
  llvm::SetVector<Value> captured;
  llvm::SetVector<Operation *> remade;
  func::FuncOp part, entry;
};

struct OutlineParts : PassWrapper<OutlineParts, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(OutlineParts)

  StringRef getArgument() const override { return "gen-outline-parts"; }
  StringRef getDescription() const override { return "loops over parts become calls of the executor"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<LLVM::LLVMDialect, scf::SCFDialect, func::FuncDialect, arith::ArithDialect>();
  }

  void runOnOperation() override {
    for (auto function : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (failed(outline(function)))
        return signalPassFailure();
  }

  LogicalResult outline(func::FuncOp function) {
    SmallVector<scf::ParallelOp> loops;
    SmallVector<func::FuncOp> known;
    function.walk([&](scf::ParallelOp loop) { loops.push_back(loop); });
    Value call;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (function.removeArgAttr(i, roles::call))
        call = function.getArgument(i);
    for (auto [i, loop] : llvm::enumerate(loops)) {
      if (!call)
        return loop.emitOpError("is not in a kernel");
      if (failed(Outliner(loop, call, known).run((function.getSymName() + std::to_string(i)).str())))
        return failure();
    }
    return success();
  }
};

} // namespace

std::unique_ptr<Pass> createOutlinePartsPass() { return std::make_unique<OutlineParts>(); }

} // namespace genfuse

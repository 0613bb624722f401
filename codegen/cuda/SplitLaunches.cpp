#include "codegen/cuda/SplitLaunches.h"
#include "codegen/cuda/LaunchPlan.h"
#include "codegen/cuda/Text.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Roles.h"
#include "runtime/abi.h"
#include "runtime/cuda/launch.h"

using namespace mlir;

namespace genfuse {

#define GF_TEXT(name) #name
#define GF_TEXT_OF(name) GF_TEXT(name)
const char *const launchSymbol = GF_TEXT_OF(gf_cuda_launch);

namespace {

class Splitter {
public:
  Splitter(func::FuncOp kernel, ModuleOp device, StringRef image)
      : kernel(kernel), device(device), image(image), plan(kernel), b(kernel.getContext()),
        loc(kernel.getLoc()), pointer(LLVM::LLVMPointerType::get(kernel.getContext())) {}

  LogicalResult run(StringRef name) {
    if (failed(plan.make()))
      return failure();
    for (const auto &[number, launch] : llvm::enumerate(plan.launches))
      makeFunction(launch, (name + "_" + Twine(number + 1)).str());
    makeHost();
    return success();
  }

private:
  template <class Op, class... Arguments> Value make(Arguments &&...arguments) {
    return Op::create(b, loc, std::forward<Arguments>(arguments)...).getOperation()->getResult(0);
  }

  struct Made {
    std::string name;
    Value groups; ///< of the old kernel; null: one
    int64_t width;
    SmallVector<Value> arguments; ///< of the old kernel, all arguments or words of the call
  };

  // The device.

  /// Where a scalar lies that one launch leaves to later ones.
  Value cell(IRMapping &map, Value value) {
    Value cells = map.lookup(Value(plan.cells));
    auto place = static_cast<int32_t>(plan.cellOf.lookup(value));
    return make<LLVM::GEPOp>(pointer, b.getI64Type(), cells, ArrayRef<LLVM::GEPArg>{place});
  }

  void makeFunction(const Launch &launch, std::string name) {
    SmallVector<Type> types;
    for (Value input : launch.inputs)
      types.push_back(input.getType());
    b.setInsertionPointToEnd(device.getBody());
    auto function =
        func::FuncOp::create(b, launch.roots.front()->getLoc(), name, b.getFunctionType(types, {}));
    function->setAttr(groupWidth, b.getI64IntegerAttr(launch.width));
    Block *entry = function.addEntryBlock();
    IRMapping map;
    for (auto [i, input] : llvm::enumerate(launch.inputs)) {
      map.map(input, entry->getArgument(i));
      describe(function, i, input);
    }
    b.setInsertionPointToStart(entry);
    for (Value value : launch.kept) {
      Type type = value.getType();
      Value held = make<LLVM::LoadOp>(type.isIndex() ? b.getI64Type() : type, cell(map, value));
      map.map(value, type.isIndex() ? make<arith::IndexCastOp>(type, held) : held);
    }
    for (Operation *op : launch.ops)
      b.clone(*op, map);
    for (Value value : launch.keeps) {
      Value held = map.lookup(value);
      if (held.getType().isIndex())
        held = make<arith::IndexCastOp>(b.getI64Type(), held);
      LLVM::StoreOp::create(b, loc, held, cell(map, value));
    }
    func::ReturnOp::create(b, loc);
    Value groups;
    if (auto parts = dyn_cast<scf::ParallelOp>(launch.roots.front()))
      groups = parts.getUpperBound().front();
    made.push_back({std::move(name), groups, launch.width, launch.inputs});
  }

  /// What the printer wants to know of an argument.
  void describe(func::FuncOp function, unsigned i, Value input) {
    auto argument = dyn_cast<BlockArgument>(input);
    if (auto named = dyn_cast<NameLoc>(input.getLoc()); named && !isa<LLVM::LLVMPointerType>(input.getType()))
      function.setArgAttr(i, roles::name, named.getName());
    if (!argument)
      return;
    unsigned number = argument.getArgNumber();
    for (StringRef key : {roles::name, roles::role, roles::written, roles::ofLanes, roles::cells})
      if (Attribute attribute = kernel.getArgAttr(number, key))
        function.setArgAttr(i, key, attribute);
  }

  // The host.

  Value word(int64_t value) { return make<LLVM::ConstantOp>(b.getI64Type(), b.getI64IntegerAttr(value)); }

  Value text(StringRef content) {
    std::string name = ("name_" + content).str();
    auto module = kernel->getParentOfType<ModuleOp>();
    std::string bytes = content.str() + '\0';
    OpBuilder top = OpBuilder::atBlockBegin(module.getBody());
    LLVM::GlobalOp::create(top, loc, LLVM::LLVMArrayType::get(b.getI8Type(), bytes.size()),
                           /*isConstant=*/true, LLVM::Linkage::Internal, name, b.getStringAttr(bytes));
    return make<LLVM::AddressOfOp>(pointer, name);
  }

  void declare() {
    auto module = kernel->getParentOfType<ModuleOp>();
    OpBuilder top = OpBuilder::atBlockBegin(module.getBody());
    if (!module.lookupSymbol(launchSymbol)) {
      auto type = b.getFunctionType({pointer, pointer, b.getI64Type(), b.getI32Type(), pointer, pointer},
                                    {b.getI32Type()});
      func::FuncOp::create(top, loc, launchSymbol, type).setPrivate();
    }
    if (!module.lookupSymbol(image))
      LLVM::GlobalOp::create(top, loc, LLVM::LLVMArrayType::get(b.getI64Type(), 5), /*isConstant=*/false,
                             LLVM::Linkage::External, image, Attribute());
  }

  /// A list of pointers to the arguments, each in a word of its own.
  Value argumentList(ArrayRef<Value> arguments, IRMapping &map) {
    Value count = word(std::max<size_t>(arguments.size(), 1));
    Value words = make<LLVM::AllocaOp>(pointer, b.getI64Type(), count);
    Value list = make<LLVM::AllocaOp>(pointer, pointer, count);
    for (auto [i, argument] : llvm::enumerate(arguments)) {
      Value value = map.lookup(argument);
      if (value.getType().isIndex())
        value = make<arith::IndexCastOp>(b.getI64Type(), value);
      auto place = static_cast<int32_t>(i);
      Value at = make<LLVM::GEPOp>(pointer, b.getI64Type(), words, ArrayRef<LLVM::GEPArg>{place});
      LLVM::StoreOp::create(b, loc, value, at);
      LLVM::StoreOp::create(b, loc, at,
                            make<LLVM::GEPOp>(pointer, pointer, list, ArrayRef<LLVM::GEPArg>{place}));
    }
    return list;
  }

  Value launch(const Made &function, IRMapping &map, Value call) {
    Value groups = word(1);
    if (function.groups)
      groups = make<arith::IndexCastOp>(b.getI64Type(), map.lookup(function.groups));
    Value width = make<LLVM::ConstantOp>(b.getI32Type(), b.getI32IntegerAttr(function.width));
    Value object = make<LLVM::AddressOfOp>(pointer, image);
    return func::CallOp::create(b, loc, launchSymbol, TypeRange{b.getI32Type()},
                                ValueRange{object, text(function.name), groups, width,
                                           argumentList(function.arguments, map), call})
        .getResult(0);
  }

  /// The launches one after the other, up to the first that fails.
  void makeHost() {
    declare();
    Block *old = &kernel.getBody().front(), *entry = new Block;
    IRMapping map;
    Value call;
    for (BlockArgument argument : old->getArguments()) {
      map.map(argument, entry->addArgument(argument.getType(), loc));
      if (kernel.getArgAttr(argument.getArgNumber(), roles::call))
        call = entry->getArguments().back();
    }
    b.setInsertionPointToStart(entry);
    for (Operation *op : plan.words)
      b.clone(*op, map);
    Value status = make<arith::ConstantOp>(b.getI32IntegerAttr(GF_OK)), ok = status;
    for (const auto &[i, function] : llvm::enumerate(made)) {
      if (i == 0) {
        status = launch(function, map, call);
        continue;
      }
      Value good = make<arith::CmpIOp>(arith::CmpIPredicate::eq, status, ok);
      auto branch = scf::IfOp::create(b, loc, TypeRange{b.getI32Type()}, good, /*withElse=*/true);
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(branch.thenBlock());
      scf::YieldOp::create(b, loc, launch(function, map, call));
      b.setInsertionPointToStart(branch.elseBlock());
      scf::YieldOp::create(b, loc, status);
      status = branch.getResult(0);
    }
    func::ReturnOp::create(b, loc, status);
    old->dropAllReferences();
    old->erase();
    kernel.getBody().push_back(entry);
  }

  func::FuncOp kernel;
  ModuleOp device;
  StringRef image;
  LaunchPlan plan;
  OpBuilder b;
  Location loc;
  Type pointer;
  std::vector<Made> made;
};

} // namespace

OwningOpRef<ModuleOp> splitLaunches(ModuleOp lowered, StringRef imageSymbol, StringRef names) {
  OwningOpRef<ModuleOp> device = ModuleOp::create(lowered.getLoc());
  OpBuilder b = OpBuilder::atBlockBegin(device->getBody());
  SmallVector<func::FuncOp> kernels;
  for (auto function : lowered.getOps<func::FuncOp>()) {
    if (function.isPrivate() && function.getNumArguments() > 0 &&
        llvm::any_of(llvm::seq(function.getNumArguments()),
                     [&](unsigned i) { return bool(function.getArgAttr(i, roles::call)); }))
      kernels.push_back(function);
    else if (function.isExternal())
      b.clone(*function);
  }
  if (!names.empty() && kernels.size() != 1)
    return lowered.emitError("expected one kernel, got ") << kernels.size(), nullptr;
  for (func::FuncOp kernel : kernels) {
    std::string name = kernel.getSymName().str();
    if (!llvm::StringRef(name).ends_with("_kernel"))
      return kernel.emitOpError("is not the kernel of an entry"), nullptr;
    name.resize(name.size() - std::strlen("_kernel"));
    if (failed(Splitter(kernel, *device, imageSymbol).run(names.empty() ? StringRef(name) : names)))
      return nullptr;
    lowered.lookupSymbol<func::FuncOp>(name).setSymName(name + "_cuda");
    lowered.lookupSymbol<func::FuncOp>(name + "_workspace").setSymName(name + "_cuda_workspace");
  }
  return device;
}

} // namespace genfuse

#include "passes/lower/Entry.h"
#include "runtime/abi.h"
#include <cstddef>

using namespace mlir;

namespace genfuse::lower {

Lowerer::Entry::Entry(Lowerer &main, Lowerer *checker, StringRef name)
    : main(main), checker(checker), layout(checker ? checker->checkIndices : 0), name(name),
      b(main.builder.getContext()), loc(main.loc) {}

// Short forms.

Value Lowerer::Entry::word(int64_t value) { return make<arith::ConstantOp>(b.getI64IntegerAttr(value)); }

Value Lowerer::Entry::compare(arith::CmpIPredicate predicate, Value left, Value right) {
  return make<arith::CmpIOp>(predicate, left, right);
}

Value Lowerer::Entry::either(ArrayRef<Value> conditions) {
  Value any = conditions.front();
  for (Value condition : conditions.drop_front())
    any = make<arith::OrIOp>(any, condition);
  return any;
}

Value Lowerer::Entry::isNull(Value pointer) {
  return make<LLVM::ICmpOp>(LLVM::ICmpPredicate::eq, pointer, make<LLVM::ZeroOp>(pointer.getType()));
}

Value Lowerer::Entry::field(size_t offset) { return main.loadWord(b, call, offset, b.getI64Type()); }

Value Lowerer::Entry::loadPointer(Value list, unsigned number) {
  Type pointer = list.getType();
  Value at = make<LLVM::GEPOp>(pointer, pointer, list, ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(number)});
  return make<LLVM::LoadOp>(pointer, at);
}

/// An error code where `bad` holds, after its report; otherwise what comes next.
Value Lowerer::Entry::returnIf(Value bad, int32_t status, Report report, Next next) {
  auto branch = scf::IfOp::create(b, loc, TypeRange{b.getI32Type()}, bad, /*withElse=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  report();
  scf::YieldOp::create(b, loc, make<arith::ConstantOp>(b.getI32IntegerAttr(status)));
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, loc, next());
  return branch.getResult(0);
}

// Texts.

int64_t Lowerer::Entry::text(std::string line) {
  lines.push_back(std::move(line));
  return lines.size() - 1;
}

/// Writes a text into the call, with what came and its bound.
void Lowerer::Entry::report(Value number, Value came, Value bound) {
  if (came)
    Record::store(b, loc, record, Record::came, came);
  if (bound)
    Record::store(b, loc, record, Record::bound, bound);
  Value message = main.loadWord(b, call, offsetof(gf_call, error), call.getType());
  Value capacity = field(offsetof(gf_call, error_capacity));
  func::CallOp::create(b, loc, "gf_report", TypeRange(),
                       ValueRange{message, capacity, texts, number, record});
}

void Lowerer::Entry::emitTexts() {
  auto module = cast<ModuleOp>(main.kernel->getParentOp());
  std::string all;
  for (const std::string &line : lines)
    all += line + "\n";
  OpBuilder top = OpBuilder::atBlockBegin(module.getBody());
  auto type = LLVM::LLVMArrayType::get(b.getI8Type(), all.size());
  LLVM::GlobalOp::create(top, loc, type, /*isConstant=*/true, LLVM::Linkage::Internal, name + "_texts",
                         b.getStringAttr(all));
  if (module.lookupSymbol("gf_report"))
    return;
  Type pointer = call.getType(), integer = b.getI64Type();
  auto type2 = b.getFunctionType({pointer, integer, pointer, integer, pointer}, {});
  func::FuncOp::create(top, loc, "gf_report", type2).setPrivate();
}

// What a call has to be.

Value Lowerer::Entry::checkCall() {
  int64_t number =
      text("kernel '" + name + "': expected abi version " + std::to_string(GF_ABI_VERSION) + ", got {V}");
  return returnIf(
      isNull(call), GF_BAD_ARGUMENT, [] {},
      [&] {
        Value version = main.loadWord(b, call, offsetof(gf_call, abi_version), b.getI32Type());
        version = make<arith::ExtUIOp>(b.getI64Type(), version);
        Value other = compare(arith::CmpIPredicate::ne, version, word(GF_ABI_VERSION));
        return returnIf(
            other, GF_ABI_MISMATCH, [&] { report(word(number), version); }, [&] { return checkLists(); });
      });
}

Value Lowerer::Entry::checkLists() {
  SmallVector<Value> missing;
  if (!main.arrays.empty())
    missing.push_back(isNull(pointers));
  if (main.totalDims > 0)
    missing.append({isNull(dims), isNull(strides)});
  if (missing.empty())
    return checkWorkspace();
  int64_t number = text("kernel '" + name + "': expected pointers, sizes and strides, got null");
  return returnIf(
      either(missing), GF_BAD_ARGUMENT, [&] { report(word(number)); }, [&] { return checkWorkspace(); });
}

/// The bytes of workspace that the kernel needs: its check runs before it in the same memory.
Value Lowerer::Entry::neededBytes(Value dims, Value call) {
  parts = main.cuts(b, dims, call);
  Value bytes = main.sliceOffsets(b, dims, parts).back();
  if (checker)
    bytes = make<arith::MaxUIOp>(bytes, checker->sliceOffsets(b, dims, {}).back());
  return make<arith::IndexCastOp>(b.getI64Type(), bytes);
}

Value Lowerer::Entry::checkWorkspace() {
  Value need = neededBytes(dims, call), have = field(offsetof(gf_call, workspace_bytes));
  Value workspace = main.loadWord(b, call, offsetof(gf_call, workspace), call.getType());
  Value small = compare(arith::CmpIPredicate::slt, have, need);
  Value missing = make<arith::AndIOp>(compare(arith::CmpIPredicate::sgt, need, word(0)), isNull(workspace));
  std::string start = "kernel '" + name + "': expected a workspace of {B} or more bytes, got ";
  int64_t tooSmall = text(start + "{V}"), none = text(start + "null");
  return returnIf(
      small, GF_SMALL_WORKSPACE, [&] { report(word(tooSmall), have, need); },
      [&] {
        return returnIf(
            missing, GF_BAD_ARGUMENT, [&] { report(word(none), {}, need); }, [&] { return checkRange(); });
      });
}

Value Lowerer::Entry::checkRange() {
  Value begin = field(offsetof(gf_call, begin)), end = field(offsetof(gf_call, end));
  Value instances = field(offsetof(gf_call, instances));
  Value bad = either({compare(arith::CmpIPredicate::slt, begin, word(0)),
                      compare(arith::CmpIPredicate::sgt, begin, end),
                      compare(arith::CmpIPredicate::sgt, end, instances)});
  int64_t number =
      text("kernel '" + name + "': expected instances in a range within 0 to {B}, got one that ends at {V}");
  return returnIf(
      bad, GF_BAD_ARGUMENT, [&] { report(word(number), end, instances); },
      [&] { return checkAlignment(begin); });
}

/// Draws of whole blocks of instances: a range begins with one.
Value Lowerer::Entry::checkAlignment(Value begin) {
  if (!main.alignedInstances)
    return checkArrays();
  Value within = make<arith::AndIOp>(begin, word(alignment - 1));
  int64_t number =
      text("kernel '" + name + "': expected a range of instances that begins with a multiple of " +
           std::to_string(alignment) + ", got {V}");
  return returnIf(
      compare(arith::CmpIPredicate::ne, within, word(0)), GF_BAD_ARGUMENT,
      [&] { report(word(number), begin); }, [&] { return checkArrays(); });
}

/// Whether any pointer is null costs little; which one, and whether its array is empty, is asked only then.
Value Lowerer::Entry::checkArrays() {
  SmallVector<Value> missing;
  for (unsigned i = 0; i < main.arrays.size(); ++i)
    missing.push_back(isNull(loadPointer(pointers, i)));
  if (missing.empty())
    return checkData();
  auto branch = scf::IfOp::create(b, loc, TypeRange{b.getI64Type()}, either(missing), /*withElse=*/true);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    scf::YieldOp::create(b, loc, missingArray());
    b.setInsertionPointToStart(branch.elseBlock());
    scf::YieldOp::create(b, loc, word(-1));
  }
  Value number = branch.getResult(0);
  return returnIf(
      compare(arith::CmpIPredicate::sge, number, word(0)), GF_BAD_ARGUMENT, [&] { report(number); },
      [&] { return checkData(); });
}

/// The text about the first array that has elements and no memory; -1 if there is none.
Value Lowerer::Entry::missingArray() {
  Value number = word(-1);
  SmallVector<int64_t> numbers;
  for (const Array &array : main.arrays)
    numbers.push_back(text(array.name + ": expected a pointer, got null"));
  for (size_t i = main.arrays.size(); i-- > 0;) {
    const Array &array = main.arrays[i];
    Value missing = isNull(loadPointer(pointers, i));
    for (unsigned d = 0; d < array.rank; ++d) {
      Value at = make<LLVM::GEPOp>(dims.getType(), b.getI64Type(), dims,
                                   ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(array.firstDim + d)});
      Value size = make<LLVM::LoadOp>(b.getI64Type(), at);
      missing = make<arith::AndIOp>(missing, compare(arith::CmpIPredicate::ne, size, word(0)));
    }
    number = make<arith::SelectOp>(missing, word(numbers[i]), number);
  }
  return number;
}

/// The inputs, in a checked kernel; then the kernel itself.
Value Lowerer::Entry::checkData() {
  auto compute = [&] { return run(main); };
  if (!checker)
    return compute();
  Record::store(b, loc, record, layout.failed(), word(0));
  run(*checker);
  int64_t first = lines.size(), count = checker->messages.empty() ? 0 : checker->messages.rbegin()->first + 1;
  for (int64_t i = 0; i < count; ++i)
    text(checker->messages[i]);
  Value failed = compare(arith::CmpIPredicate::ne, Record::load(b, loc, record, layout.failed()), word(0));
  return returnIf(
      failed, GF_CHECK_FAILED,
      [&] { report(make<arith::AddIOp>(Record::load(b, loc, record, layout.number()), word(first))); },
      compute);
}

Value Lowerer::Entry::run(Lowerer &lowerer) {
  SmallVector<Value> arguments;
  for (unsigned i = 0; i < lowerer.arrays.size(); ++i)
    arguments.push_back(loadPointer(pointers, i));
  Value workspace = main.loadWord(b, call, offsetof(gf_call, workspace), call.getType());
  SmallVector<Value> offsets = lowerer.sliceOffsets(b, dims, parts);
  for (unsigned i = 0; i < lowerer.slices.size(); ++i) {
    Value offset = make<arith::IndexCastOp>(b.getI64Type(), offsets[i]);
    arguments.push_back(make<LLVM::GEPOp>(call.getType(), b.getI8Type(), workspace, ValueRange{offset}));
  }
  arguments.append({dims, strides, call});
  if (&lowerer == checker)
    arguments.push_back(record);
  for (size_t i = 0; i < lowerer.partitions.size(); ++i)
    arguments.append({parts[i].parts, parts[i].chunk});
  return func::CallOp::create(b, loc, lowerer.kernel, arguments).getResult(0);
}

// The functions.

void Lowerer::Entry::emit() {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  b.setInsertionPointToEnd(cast<ModuleOp>(main.kernel->getParentOp()).getBody());
  auto entry = func::FuncOp::create(
      b, loc, name, b.getFunctionType({pointer, pointer, pointer, pointer}, {b.getI32Type()}));
  Block *body = entry.addEntryBlock();
  b.setInsertionPointToStart(body);
  pointers = body->getArgument(0);
  dims = body->getArgument(1);
  strides = body->getArgument(2);
  call = body->getArgument(3);
  record = make<LLVM::AllocaOp>(pointer, b.getI64Type(), word(layout.words()));
  Record::store(b, loc, record, Record::shown, word(-1));
  texts = make<LLVM::AddressOfOp>(pointer, name + "_texts");
  func::ReturnOp::create(b, loc, checkCall());
  emitTexts();
  emitWorkspaceFunction();
}

void Lowerer::Entry::emitWorkspaceFunction() {
  Type pointer = call.getType();
  b.setInsertionPointToEnd(cast<ModuleOp>(main.kernel->getParentOp()).getBody());
  auto function = func::FuncOp::create(b, loc, name + "_workspace",
                                       b.getFunctionType({pointer, pointer}, {b.getI64Type()}));
  b.setInsertionPointToStart(function.addEntryBlock());
  func::ReturnOp::create(b, loc, neededBytes(function.getArgument(0), function.getArgument(1)));
}

} // namespace genfuse::lower

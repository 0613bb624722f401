// The two public functions of a kernel: the entry, which checks the call, and the one that asks for memory.
#pragma once

#include "passes/lower/Lowerer.h"
#include "passes/lower/Record.h"

namespace genfuse::lower {

/// The entry returns an error code, with a text, before anything is written; see runtime/abi.h.
class Lowerer::Entry {
public:
  /// `checker` is the lowered function that checks the inputs; null for a kernel that is not checked.
  Entry(Lowerer &main, Lowerer *checker, llvm::StringRef name);
  void emit();

private:
  using Report = llvm::function_ref<void()>;
  using Next = llvm::function_ref<Value()>;

  template <class Op, class... Arguments> Value make(Arguments &&...arguments) {
    return Op::create(b, loc, std::forward<Arguments>(arguments)...).getOperation()->getResult(0);
  }
  Value word(int64_t value);
  Value compare(mlir::arith::CmpIPredicate predicate, Value left, Value right);
  Value either(llvm::ArrayRef<Value> conditions);
  Value isNull(Value pointer);
  Value field(size_t offset);
  Value loadPointer(Value list, unsigned number);
  Value returnIf(Value bad, int32_t status, Report report, Next next);

  int64_t text(std::string line);
  void report(Value number, Value came = {}, Value bound = {});
  void emitTexts();

  Value neededBytes(Value dims, Value call);
  Value checkCall();
  Value checkLists();
  Value checkWorkspace();
  Value checkRange();
  Value checkAlignment(Value begin);
  Value checkArrays();
  Value missingArray();
  Value checkData();
  Value run(Lowerer &lowerer);
  void emitWorkspaceFunction();

  Lowerer &main;
  Lowerer *checker;
  Record layout;
  std::string name;
  mlir::OpBuilder b;
  mlir::Location loc;
  Value pointers, dims, strides, call, texts, record;
  llvm::SmallVector<Cut> parts; ///< of the main kernel; a checker runs in one
  std::vector<std::string> lines;
};

} // namespace genfuse::lower

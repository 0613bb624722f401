#include "codegen/cuda/Printer.h"
#include "codegen/cpu/ErrorText.h"
#include "codegen/cuda/Accesses.h"
#include "codegen/cuda/SplitLaunches.h"
#include "codegen/cuda/Text.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "passes/Roles.h"
#include "runtime/Error.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace genfuse::cuda {

Printer::Printer(func::FuncOp function)
    : function(function), width(function->getAttrOfType<IntegerAttr>(groupWidth).getInt()),
      visibility(function) {
  for (const char *name : {"lane", "part", "threadIdx", "blockIdx", "blockDim", "gridDim"})
    names.declare(name);
}

void Printer::fail(Operation *op, StringRef why) {
  throw Error(placeText(op->getLoc()) + ": '" + op->getName().getStringRef().str() +
              "' has no CUDA text: " + why.str());
}

// Lines.

void Printer::line(const Twine &text) { lines.push_back(std::string(2 * depth, ' ') + text.str()); }

/// Where the next statement comes from, if that is not where the one before it came from.
void Printer::note(Operation *op) {
  std::string source = sourceLine(op->getLoc()), address = addressOf(op->getLoc()).str();
  if (source.empty())
    return;
  std::string text = source + (address.empty() ? "" : ": " + address);
  if (text == lastNote)
    return;
  lastNote = text;
  line("// " + text);
}

void Printer::openBlock(const Twine &head) {
  line(head + " {");
  ++depth;
  names.open();
}

void Printer::closeBlock(StringRef tail) {
  names.close();
  --depth;
  line(tail);
}

// Arguments.

/// What memory of an argument holds; none if that differs from use to use.
Type Printer::pointee(Value pointer) {
  Type found;
  for (Operation *user : pointer.getUsers()) {
    auto maker = dyn_cast<func::CallOp>(user);
    auto memory = maker ? dyn_cast<MemRefType>(maker.getResult(0).getType()) : MemRefType();
    Type element = memory ? memory.getElementType() : Type();
    if (!element || (found && found != element))
      return {};
    found = element;
  }
  return found;
}

/// The role as a part of the name, where the name alone could be another array's too.
static StringRef suffixOf(StringRef role) {
  if (role == roles::choiceGradient || role == roles::argumentGradient || role == roles::parameterGradient)
    return "_gradient";
  if (role == roles::newArgument)
    return "_new";
  if (role == roles::constraint)
    return "_given";
  if (role == roles::elements)
    return "_elements";
  if (role == roles::selected)
    return "_selected";
  if (role == roles::drawn)
    return "_drawn";
  return "";
}

std::string Printer::declareArgument(BlockArgument argument) {
  unsigned number = argument.getArgNumber();
  auto text = [&](StringRef key) {
    auto attribute = function.getArgAttrOfType<StringAttr>(number, key);
    return attribute ? attribute.getValue() : StringRef();
  };
  bool isPointer = isa<LLVM::LLVMPointerType>(argument.getType());
  std::string wanted = isPointer ? "scratch" : "n";
  if (!text(roles::name).empty())
    wanted = identifier(text(roles::name)) + suffixOf(text(roles::role)).str();
  else if (function.getArgAttr(number, roles::cells))
    wanted = "cells";
  std::string name = names.declare(wanted);
  texts[argument] = {name};
  if (!isPointer)
    return typeName(argument.getType(), function) + " " + name;
  bool writes = function.getArgAttr(number, roles::written) || function.getArgAttr(number, roles::ofLanes);
  Type element = pointee(argument);
  std::string type = element ? typeName(element, function) : "char";
  return (writes ? "" : "const ") + type + (visibility.isTracked(argument) ? " *" : " *__restrict__ ") + name;
}

void Printer::printArguments() {
  std::string text;
  std::vector<std::string> rows;
  for (BlockArgument argument : function.getArguments()) {
    std::string next =
        declareArgument(argument) + (argument.getArgNumber() + 1 < function.getNumArguments() ? ", " : ") {");
    if (!text.empty() && text.size() + next.size() > 100) {
      rows.push_back(text);
      text.clear();
    }
    text += next;
  }
  rows.push_back(text.empty() ? ") {" : text);
  std::string start = function.getSymName().str() + "(";
  for (auto [i, row] : llvm::enumerate(rows))
    lines.push_back((i == 0 ? start : "    ") + StringRef(row).rtrim().str());
}

std::string Printer::print() {
  std::string size = std::to_string(width);
  // One block on a processor is enough: with more in view ptxas spills to save registers.
  lines.push_back("extern \"C\" __global__ void __launch_bounds__(GF_BLOCK(" + size + "), 1)");
  printArguments();
  if (width > 1)
    line("const int lane = gf_lane<" + size + ">();");
  // Code in one group: the others of the block have nothing to do.
  bool alone =
      llvm::none_of(function.getBody().front(), [](Operation &op) { return isa<scf::ParallelOp>(op); });
  if (alone)
    openBlock("if (gf_group<" + size + ">() == 0)");
  printBlock(function.getBody().front());
  if (alone)
    closeBlock();
  lines.push_back("}");
  lines.push_back("GF_EXPORT_KERNEL(" + function.getSymName().str() + ")");
  return llvm::join(lines, "\n") + "\n";
}

} // namespace genfuse::cuda

namespace genfuse {

std::string cudaText(ModuleOp device) {
  std::string text = "#include \"genfuse_cuda.h\"\n";
  for (auto function : device.getOps<func::FuncOp>())
    if (!function.isExternal())
      text += "\n" + cuda::Printer(function).print();
  return text;
}

CudaCode cudaCode(ModuleOp lowered, const std::string &name, const std::string &kernels) {
  ErrorText errors(lowered.getContext());
  for (auto function : lowered.getOps<func::FuncOp>())
    if (function.getSymName().starts_with("keep_failure"))
      throw Error("kernel '" + name + "': checked kernels run on CPUs only, so far");
  CudaCode code;
  code.host = lowered.clone();
  OwningOpRef<ModuleOp> device = splitLaunches(*code.host, imageSymbol(name), kernels);
  if (!device)
    errors.raise();
  code.text = cudaText(*device);
  return code;
}

} // namespace genfuse

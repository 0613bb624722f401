// Loads and stores.
#include "codegen/cuda/Accesses.h"
#include "codegen/cuda/Printer.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace genfuse::cuda {

void Printer::sync() { line("gf_sync<" + Twine(width) + ">();"); }

/// The pointer behind a memref, in its element type.
static Value pointerOf(Value memory) { return memory.getDefiningOp()->getOperand(0); }

std::string Printer::element(Value memory, const Twine &at) {
  Value pointer = pointerOf(memory);
  Type type = cast<MemRefType>(memory.getType()).getElementType();
  std::string base = operand(pointer, Binds::primary);
  bool typed = isa<BlockArgument>(pointer) && pointee(pointer) == type;
  if (!typed) {
    auto argument = cast<BlockArgument>(baseOf(pointer));
    bool isConst = !function.getArgAttr(argument.getArgNumber(), "gen.written") &&
                   !function.getArgAttr(argument.getArgNumber(), "gen.of_lanes");
    base = "reinterpret_cast<" + std::string(isConst ? "const " : "") +
           typeName(type, memory.getDefiningOp()) + " *>(" + operand(pointer) + ")";
  }
  return base + "[" + at.str() + "]";
}

/// Neighbouring threads have neighbouring elements.
std::string Printer::laneElement(Value memory, ValueRange at) {
  std::string start = operand(at.front(), Binds::add);
  return element(memory, width == 1 ? start : start == "0" ? "lane" : start + " + lane");
}

void Printer::defineLoad(Operation *op, Value memory, std::string text) {
  if (visibility.beforeLoad(memory))
    sync();
  if (op->use_empty())
    return;
  note(op);
  Value base = baseOf(memory);
  std::string name = names.declare(operand(base) + "_at");
  line("const " + typeName(op->getResult(0).getType(), op) + " " + name + " = " + text + ";");
  texts[op->getResult(0)] = {name};
}

/// One thread stores what all of them have computed.
void Printer::storeUniform(Operation *op, const Twine &statement) {
  bool wait = visibility.beforeStore(accessedMemory(op), /*uniform=*/true);
  if (wait)
    sync();
  bool goesOn = width > 1 && !wait && uniformEnd == lines.size();
  if (goesOn)
    lines.pop_back();
  else
    note(op);
  if (width == 1)
    return line(statement);
  if (!goesOn)
    line("if (lane == 0) {");
  ++depth;
  if (goesOn)
    note(op);
  line(statement);
  --depth;
  line("}");
  uniformEnd = lines.size();
}

void Printer::storeLanes(Operation *op, const Twine &statement, Value mask) {
  if (visibility.beforeStore(accessedMemory(op), /*uniform=*/false))
    sync();
  note(op);
  std::string condition = mask ? operand(mask) : "true";
  if (condition == "true")
    return line(statement);
  line("if (" + condition + ")");
  ++depth;
  line(statement);
  --depth;
}

bool Printer::printMemory(Operation *op) {
  auto chosen = [&](Value mask, const std::string &loaded, Value otherwise) {
    std::string condition = operand(mask, Binds::compare);
    return condition == "true" ? loaded
                               : condition + " ? " + loaded + " : " + operand(otherwise, Binds::compare);
  };
  auto gathered = [&](Value base, ValueRange offsets, Value positions) {
    std::string start = operand(offsets.front(), Binds::add), at = operand(positions, Binds::add);
    return element(base, start == "0" ? at : start + " + " + at);
  };
  // A store reads its operands' text before it asks whether to wait: that is what folds into it.
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](memref::LoadOp load) {
        std::string at = operand(load.getIndices().front());
        return defineLoad(op, load.getMemRef(), element(load.getMemRef(), at)), true;
      })
      .Case([&](memref::StoreOp store) {
        std::string at = operand(store.getIndices().front()), value = operand(store.getValue());
        return storeUniform(op, element(store.getMemRef(), at) + " = " + value + ";"), true;
      })
      .Case([&](vector::LoadOp load) {
        return defineLoad(op, load.getBase(), laneElement(load.getBase(), load.getIndices())), true;
      })
      .Case([&](vector::MaskedLoadOp load) {
        std::string place = laneElement(load.getBase(), load.getIndices());
        return defineLoad(op, load.getBase(), chosen(load.getMask(), place, load.getPassThru())), true;
      })
      .Case([&](vector::GatherOp gather) {
        std::string place = gathered(gather.getBase(), gather.getOffsets(), gather.getIndices());
        return defineLoad(op, gather.getBase(), chosen(gather.getMask(), place, gather.getPassThru())), true;
      })
      .Case([&](vector::StoreOp store) {
        std::string place = laneElement(store.getBase(), store.getIndices());
        return storeLanes(op, place + " = " + operand(store.getValueToStore()) + ";", {}), true;
      })
      .Case([&](vector::MaskedStoreOp store) {
        std::string place = laneElement(store.getBase(), store.getIndices());
        return storeLanes(op, place + " = " + operand(store.getValueToStore()) + ";", store.getMask()), true;
      })
      .Case([&](vector::ScatterOp scatter) {
        std::string place = gathered(scatter.getBase(), scatter.getOffsets(), scatter.getIndices());
        return storeLanes(op, place + " = " + operand(scatter.getValueToStore()) + ";", scatter.getMask()),
               true;
      })
      .Case([&](LLVM::GEPOp address) {
        Type step = address.getElemType();
        if (address.getIndices().size() != 1)
          fail(op, "an address inside a structure");
        auto index = *address.getIndices().begin();
        std::string at = isa<IntegerAttr>(index) ? std::to_string(cast<IntegerAttr>(index).getInt())
                                                 : operand(cast<Value>(index), Binds::multiply);
        if (!step.isInteger(8))
          at = std::to_string(step.getIntOrFloatBitWidth() / 8) + " * " + at;
        bool isChar = !(isa<BlockArgument>(address.getBase()) && pointee(address.getBase()));
        std::string base = operand(address.getBase(), Binds::add);
        Expression place{(isChar ? base : "reinterpret_cast<char *>(" + base + ")") + " + " + at, Binds::add};
        if (place.text.size() > 40) {
          std::string name = names.declare(operand(baseOf(address.getBase())) + "_part");
          line("char *const " + name + " = " + place.text + ";");
          place = {name};
        }
        texts[op->getResult(0)] = place;
        return true;
      })
      .Case([&](LLVM::LoadOp load) {
        std::string type = typeName(load.getType(), op);
        return defineLoad(op, load.getAddr(),
                          "*reinterpret_cast<const " + type + " *>(" + operand(load.getAddr()) + ")"),
               true;
      })
      .Case([&](LLVM::StoreOp store) {
        std::string type = typeName(store.getValue().getType(), op), value = operand(store.getValue());
        return storeUniform(op, "*reinterpret_cast<" + type + " *>(" + operand(store.getAddr()) +
                                    ") = " + value + ";"),
               true;
      })
      .Case([&](LLVM::AtomicRMWOp atomic) {
        if (atomic.getBinOp() != LLVM::AtomicBinOp::add || !atomic.getVal().getType().isInteger(64))
          fail(op, "an atomic operation of this kind");
        // Unsigned, as CUDA has it: the bits are the same.
        std::string value = operand(atomic.getVal());
        return storeUniform(op, "atomicAdd(reinterpret_cast<unsigned long long *>(" +
                                    operand(atomic.getPtr()) + "), static_cast<unsigned long long>(" + value +
                                    "));"),
               true;
      })
      .Default([](Operation *) { return false; });
}

} // namespace genfuse::cuda

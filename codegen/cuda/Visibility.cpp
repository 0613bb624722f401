#include "codegen/cuda/Visibility.h"
#include "codegen/cuda/Accesses.h"
#include "codegen/cuda/SplitLaunches.h"
#include "passes/Roles.h"

using namespace mlir;

namespace genfuse::cuda {

Visibility::Visibility(func::FuncOp function) {
  auto width = function->getAttrOfType<IntegerAttr>(groupWidth);
  if (!width || width.getInt() == 1)
    return;
  llvm::SmallPtrSet<void *, 8> loaded, byOne, byAll;
  function.walk([&](Operation *op) {
    Value memory = accessedMemory(op);
    if (!memory)
      return;
    auto argument = dyn_cast<BlockArgument>(baseOf(memory));
    if (argument && function.getArgAttr(argument.getArgNumber(), roles::ofLanes))
      return;
    void *base = baseOf(memory).getAsOpaquePointer();
    (!isStore(op) ? loaded : isUniformStore(op) ? byOne : byAll).insert(base);
  });
  for (void *base : byOne)
    if (loaded.contains(base) || byAll.contains(base))
      tracked.insert(base);
  for (void *base : byAll)
    if (loaded.contains(base))
      tracked.insert(base);
}

bool Visibility::isTracked(Value memory) const {
  return tracked.contains(baseOf(memory).getAsOpaquePointer());
}

bool Visibility::beforeLoad(Value memory) {
  if (!isTracked(memory))
    return false;
  bool wait = written != Written::no;
  written = Written::no;
  read = true;
  return wait;
}

bool Visibility::beforeStore(Value memory, bool uniform) {
  if (!isTracked(memory))
    return false;
  Written now = uniform ? Written::byOne : Written::byAll;
  bool wait = read || (written != Written::no && (written != now || now == Written::byAll));
  written = now;
  read = false;
  return wait;
}

Visibility::Inside Visibility::inside(Operation *op) const {
  Inside found = Inside::nothing;
  op->walk([&](Operation *inner) {
    Value memory = accessedMemory(inner);
    if (memory && isTracked(memory))
      found = std::max(found, isUniformStore(inner) ? Inside::firstStores : Inside::other);
  });
  return found;
}

bool Visibility::atStart(Operation *op) {
  switch (inside(op)) {
  case Inside::nothing:
    return false;
  case Inside::firstStores:
    if (written != Written::byAll)
      return std::exchange(read, false);
    break;
  case Inside::other:
    break;
  }
  bool wait = written != Written::no;
  written = Written::no;
  read = true; // by an iteration before this one
  return wait;
}

bool Visibility::atEnd(Operation *op) {
  switch (inside(op)) {
  case Inside::nothing:
    return false;
  case Inside::firstStores:
    written = Written::byOne; // in one of its blocks
    return false;
  case Inside::other:
    break;
  }
  bool wait = written != Written::no;
  written = Written::no;
  read = true;
  return wait;
}

} // namespace genfuse::cuda

// The code of every generated library that is not generated: it checks calls, chooses the CPU level once, and
// calls kernels. Compiled to bitcode that is part of the compiler; stands alone (no library, no
// initialisation, no allocation, no exception).
#include "runtime/cuda/launch.h"
#include "runtime/embed/support/Check.h"
#include "runtime/embed/support/Cpu.h"

using namespace genfuse::embed;

namespace {

int32_t levelInUse(const LibraryInfo &library) {
  int32_t chosen = __atomic_load_n(library.chosen, __ATOMIC_RELAXED);
  if (chosen == 0) {
    const int32_t best = bestLevel(*library.table, cpuWords());
    chosen = best < 0 ? -1 : best + 1;
    int32_t before = 0; // a level that was asked for in the meantime stays
    if (!__atomic_compare_exchange_n(library.chosen, &before, chosen, false, __ATOMIC_RELAXED,
                                     __ATOMIC_RELAXED))
      chosen = before;
  }
  return chosen < 0 ? -1 : chosen - 1;
}

const char *levelName(const LibraryInfo &library, int64_t level) {
  return library.texts + library.table->level(level)->name;
}

void failLevel(const OperationInfo &operation, const gf_call &call) {
  const LibraryInfo &library = *operation.library;
  Message message(call);
  message << operation.texts + operation.table->name << ": expected a cpu of level ";
  for (int64_t i = 0; i < library.table->levels; ++i)
    message << (i ? " or " : "") << levelName(library, i);
  message << ", got one below";
}

/// Writes the message and gives null where the machine is below all levels.
const KernelPair *kernelInUse(const OperationInfo &operation, const gf_call *call) {
  if (operation.device == GF_CUDA)
    return operation.kernels;
  const int32_t level = levelInUse(*operation.library);
  if (level < 0 && call)
    failLevel(operation, *call);
  return level < 0 ? nullptr : operation.kernels + level;
}

bool sameText(const char *left, const char *right) {
  for (; *left && *left == *right; ++left)
    ++right;
  return *left == *right;
}

} // namespace

/// Lists for a call on this function's stack.
#define GF_CHECKED(name)                                                                                     \
  const OperationTable &table = *operation->table;                                                           \
  Checked name = {*operation,                                                                                \
                  arrays,                                                                                    \
                  *call,                                                                                     \
                  static_cast<void **>(__builtin_alloca(sizeof(void *) * (table.arrays + 1))),               \
                  static_cast<int64_t *>(__builtin_alloca(sizeof(int64_t) * (table.totalDims + 1))),         \
                  static_cast<int64_t *>(__builtin_alloca(sizeof(int64_t) * (table.totalDims + 1))),         \
                  static_cast<Symbol *>(__builtin_alloca(sizeof(Symbol) * (table.symbols + 1))),             \
                  static_cast<Range *>(__builtin_alloca(sizeof(Range) * (table.arrays + 1)))}

extern "C" {

/// NAME_OP: checks the call, then runs the kernel of the level in use; NAME_OP_cuda: that for the device.
int32_t gf_embed_call(const OperationInfo *operation, const gf_array *arrays, gf_call *call) {
  if (!call)
    return GF_BAD_ARGUMENT;
  GF_CHECKED(checked);
  if (int32_t status = checkVersion(checked))
    return status;
  if (!arrays && table.arrays > 0) {
    Message(*call) << checked.text(table.name) << ": expected arrays, got null";
    return GF_BAD_ARGUMENT;
  }
  if (int32_t status = checkShapes(checked))
    return status;
  if (int32_t status = checkArrays(checked))
    return status;
  const KernelPair *kernel = kernelInUse(*operation, call);
  if (!kernel)
    return GF_NOT_AVAILABLE;
  if (int32_t status = checkWorkspace(checked, kernel->workspace(checked.dims, call)))
    return status;
  if ((table.single || checked.onDevice()) && call->begin == call->end)
    return GF_OK; // no instance is asked for
  return kernel->run(checked.pointers, checked.dims, checked.strides, call);
}

/// NAME_OP_workspace: bytes, or a status with its sign changed.
int64_t gf_embed_workspace(const OperationInfo *operation, const gf_array *arrays, const gf_call *call) {
  if (!call)
    return -GF_BAD_ARGUMENT;
  GF_CHECKED(checked);
  if (int32_t status = checkVersion(checked))
    return -status;
  if (!arrays && table.arrays > 0) {
    Message(*call) << checked.text(table.name) << ": expected arrays, got null";
    return -GF_BAD_ARGUMENT;
  }
  if (int32_t status = checkShapes(checked))
    return -status;
  const KernelPair *kernel = kernelInUse(*operation, call);
  if (!kernel)
    return -GF_NOT_AVAILABLE;
  const int64_t need = kernel->workspace(checked.dims, call);
  return need < 0 ? -GF_BAD_SHAPE : need;
}

/// NAME_OP_kernel: the kernel of the level in use, which trusts its arrays.
int32_t gf_embed_kernel(const OperationInfo *operation, void *const *pointers, const int64_t *dims,
                        const int64_t *strides, gf_call *call) {
  if (!call)
    return GF_BAD_ARGUMENT;
  const KernelPair *kernel = kernelInUse(*operation, call);
  return kernel ? kernel->run(pointers, dims, strides, call) : GF_NOT_AVAILABLE;
}

int64_t gf_embed_kernel_workspace(const OperationInfo *operation, const int64_t *dims, const gf_call *call) {
  const KernelPair *kernel = kernelInUse(*operation, nullptr);
  return kernel ? kernel->workspace(dims, call) : -GF_NOT_AVAILABLE;
}

/// NAME_cuda_load: loads the kernels of all operations on the device that a call would use.
int32_t gf_embed_cuda_load(gf_cuda_image *image, gf_call *call) {
  if (!call)
    return GF_BAD_ARGUMENT;
  if (call->abi_version == GF_ABI_VERSION)
    return gf_cuda_load(image, call);
  Message(*call) << "library '" << image->name << "': expected abi version " << int64_t{GF_ABI_VERSION}
                 << ", got " << int64_t{call->abi_version};
  return GF_ABI_MISMATCH;
}

/// NAME_cpu_level: the level in use; null where the machine is below all of the library's.
const char *gf_embed_level(const LibraryInfo *library) {
  const int32_t level = levelInUse(*library);
  return level < 0 ? nullptr : levelName(*library, level);
}

/// NAME_set_cpu_level: calls from now on use that level; null: the best one.
int32_t gf_embed_set_level(const LibraryInfo *library, const char *name) {
  const CpuWords machine = cpuWords();
  if (!name) {
    const int32_t best = bestLevel(*library->table, machine);
    __atomic_store_n(library->chosen, best < 0 ? -1 : best + 1, __ATOMIC_RELAXED);
    return best < 0 ? GF_NOT_AVAILABLE : GF_OK;
  }
  for (int64_t i = 0; i < library->table->levels; ++i) {
    if (!sameText(name, levelName(*library, i)))
      continue;
    for (int word = 0; word < cpuWordCount; ++word)
      if (library->table->level(i)->needs[word] & ~machine.words[word])
        return GF_NOT_AVAILABLE;
    __atomic_store_n(library->chosen, static_cast<int32_t>(i + 1), __ATOMIC_RELAXED);
    return GF_OK;
  }
  return GF_BAD_ARGUMENT;
}
}

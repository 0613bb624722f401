// A call of a kernel with arrays that are made from its signature and an entry.
#pragma once
#include "Entries.h"
#include "Record.h"
#include "Recorder.h"
#include "codegen/Program.h"
#include <memory>

namespace genfuse::gpu {

/// Arrays of one call: filled in the same way for each target.
class KernelCall {
public:
  /// Errors: a symbol that the entry gives no size (with all symbols), sizes that do not fit each other.
  KernelCall(const Entry &entry, KernelHandle kernel);

  /// Fills all arrays and runs the kernel. Errors: the kernel's.
  void run();

  std::vector<Memory> memory() const; ///< of each of buffers()
  const std::vector<Buffer> &
  buffers() const;                   ///< the arrays in the order of the signature, then the workspace
  std::vector<char> results() const; ///< bytes of the outputs, one after the other

private:
  int64_t valueOf(const Dimension &dimension) const;
  Buffer bufferFor(const ArraySpec &spec, size_t number);
  Fill fillFor(const ArraySpec &spec, uint64_t seed) const;
  void checkSizes() const;

  const Entry &entry;
  KernelHandle kernel;
  std::vector<Buffer> all;
  std::vector<std::shared_ptr<void>> held;
  std::vector<int64_t> dims, strides;
};

} // namespace genfuse::gpu

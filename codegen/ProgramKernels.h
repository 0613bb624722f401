// A compiled program as a source of kernels for the runtime.
#pragma once

#include "codegen/Program.h"
#include "runtime/KernelSource.h"

namespace genfuse {

/// The program's kernels, compiled when they are first asked for. Errors of `kernel`: those of
/// Program::kernel.
GENFUSE_API std::shared_ptr<const KernelSource> kernelsOf(const Program &program);

} // namespace genfuse

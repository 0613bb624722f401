// gen-print-cuda, for genfuse-opt.
#pragma once

namespace genfuse {

/// Registers the pass gen-print-cuda, which prints the CUDA text of a module to standard output: of its
/// functions with gen.width as they are, or of the kernels that gen-lower made with `threads`. The module
/// stays as it is.
void registerCudaPasses();

} // namespace genfuse

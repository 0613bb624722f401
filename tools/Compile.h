// genfuse compile: libraries ahead of time.
#pragma once

namespace genfuse {

/// Runs the command line that begins with `compile`; returns the exit code.
int compileLibrary(int argc, char **argv);

} // namespace genfuse

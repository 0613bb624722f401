// Runs an operation of a generated header. A call allocates nothing: its workspace is asked for by size.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <kernels.hpp>

template <class Operation> void call(const Operation &operation, uint64_t seed = 0) {
  genfuse::embed::Status status;
  genfuse::embed::Workspace memory;
  memory.reserve(operation.workspace(status));
  if (status)
    status = operation.run(memory, {.seed = seed});
  if (!status) {
    std::fprintf(stderr, "%s\n", status.message());
    std::exit(1);
  }
}

// What a library of emulated kernels and the emulator know of each other: plain structs, and functions behind
// pointers, so that such a library has no undefined symbol.
#pragma once
#include <stdint.h>

struct gf_host_index {
  unsigned x, y, z;
};

/// What a thread waits for. A shuffle takes the value of lane `source`, a vote the mask of the lanes whose
/// value is not 0.
enum gf_host_wait : int {
  gf_host_barrier, ///< __syncthreads; _or and _and combine the values of the block
  gf_host_barrier_or,
  gf_host_barrier_and,
  gf_host_syncwarp,
  gf_host_shuffle,
  gf_host_vote
};

/// Given by the emulator. The state is that of the thread that runs.
struct gf_host_api {
  gf_host_index thread, block, block_size, grid_size;
  void *dynamic_shared;
  uint64_t (*meet_block)(gf_host_wait kind, int line, uint64_t value);
  uint64_t (*meet_warp)(gf_host_wait kind, int line, unsigned mask, uint64_t value, int source);
  void (*access)(const void *address, int bytes, int store, const void *from);
};

struct gf_host_kernel {
  const char *name;
  void (*run)(void **arguments); ///< one pointer an argument, as for cuLaunchKernel
};

/// Given by the library: `gf_host_describe(api)` returns it.
struct gf_host_library {
  const gf_host_kernel *kernels, *kernels_end;
  unsigned char *shared, *shared_end; ///< its static shared memory
};
typedef gf_host_library (*gf_host_describe_function)(const gf_host_api *api);

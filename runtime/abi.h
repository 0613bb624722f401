/* The one calling convention of every kernel: JIT, ahead of time, CUDA and host shim (docs/decisions.md, 8).
 *
 * A kernel NAME has two symbols:
 *   int32_t NAME(void *const *pointers, const int64_t *dims, const int64_t *strides, gf_call *call);
 *   int64_t NAME_workspace(const int64_t *dims, const gf_call *call);        bytes that the kernel needs
 * `pointers` has one entry per array of its signature, in the signature's order. `dims` and `strides` hold
 * the sizes and the strides (in elements) of all arrays one after the other; an array that has one value per
 * instance has the instances as its last dimension. The stride of a last dimension is 1. A scalar is an array
 * of rank 0. Returns GF_OK or an error code, with a message in call->error (if that is not null): lower case,
 * no line feed, cut to error_capacity. After an error nothing but the workspace and the message was written.
 *
 * A kernel cuts large work into parts; how many and where depends on sizes only. It hands them to call->executor,
 * or runs them itself, one after the other, where that is null. The results are the same to the bit. Parts share
 * nothing that they write, and allocate nothing. Work that is cut twice (a plate after a plate) comes in two runs.
 */
#ifndef GENFUSE_RUNTIME_ABI_H
#define GENFUSE_RUNTIME_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GF_ABI_VERSION 2u

enum gf_status {
  GF_OK = 0,
  GF_ABI_MISMATCH = 1,
  GF_BAD_SHAPE = 2,
  GF_BAD_ARGUMENT = 3,
  GF_SMALL_WORKSPACE = 4,
  GF_NOT_AVAILABLE = 5,
  GF_CHECK_FAILED = 6, /* checked kernels: the data is not what the model needs; nothing was written */
  GF_DEVICE_ERROR = 7  /* a failure of the CUDA driver that none of the above names */
};

/* What runs the parts of a kernel: a thread pool of the caller, for example. */
typedef struct gf_executor {
  /* Calls body(closure, part) exactly once for each part of 0 .. parts - 1, in any order and on any threads, and
   * returns when all these calls have returned. */
  void (*run)(const struct gf_executor *self, int64_t parts, void (*body)(void *closure, int64_t part),
              void *closure);
} gf_executor;

typedef struct gf_call {
  uint32_t abi_version; /* GF_ABI_VERSION of the caller */
  uint32_t flags;       /* 0 */
  uint64_t seed;        /* Philox key */
  int64_t instances;    /* how many instances the arrays hold */
  int64_t begin, end;   /* the instances that this call computes; begin is a multiple of 64 (for kernels that draw) */
  double scale;         /* factor of accumulated parameter gradients */
  void *workspace;      /* aligned to 64 bytes */
  int64_t workspace_bytes;
  void *stream; /* CUDA stream; null on a CPU */
  char *error;  /* receives a message that ends in 0; may be null */
  int64_t error_capacity;
  const gf_executor *executor; /* null: parts run one after the other in the caller's thread */
} gf_call;

typedef int32_t (*gf_kernel)(void *const *pointers, const int64_t *dims, const int64_t *strides,
                             gf_call *call);
typedef int64_t (*gf_workspace)(const int64_t *dims, const gf_call *call);

#ifdef __cplusplus
}
#endif
#endif

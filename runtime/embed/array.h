/* Arrays and calls as the functions of a generated library take them. C99 and C++; needs nothing but abi.h.
 */
#ifndef GENFUSE_RUNTIME_EMBED_ARRAY_H
#define GENFUSE_RUNTIME_EMBED_ARRAY_H

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

enum gf_type {
  GF_TYPE_OF_OPERATION = 0, /* that which the operation takes: nothing is compared */
  GF_F32 = 1,
  GF_F64 = 2,
  GF_I64 = 3,
  GF_BOOLEAN = 4 /* one byte, 0 or 1 */
};

enum gf_device { GF_HOST = 0, GF_CUDA = 1 };

/* Memory of the caller. */
typedef struct gf_array {
  void *data;             /* the first element, aligned to the size of one; inputs are only read */
  const int64_t *sizes;   /* one for each dimension; null where rank is 0 */
  const int64_t *strides; /* in elements, one for each dimension, the last 1; null: row-major without gaps */
  int32_t rank;           /* number of dimensions, with that of the instances; 0: a scalar */
  int32_t type;           /* gf_type */
  int32_t device;         /* gf_device: where `data` lies */
  int32_t device_number;  /* which of several devices; 0 for the host */
} gf_array;

/* Row-major without gaps. `sizes` has `rank` entries and is read by the call; an input is only read. */
static inline gf_array gf_array_of(const void *data, int32_t type, int32_t rank, const int64_t *sizes) {
  gf_array array;
#ifdef __cplusplus
  array.data = const_cast<void *>(data);
#else
  array.data = (void *)(uintptr_t)data;
#endif
  array.sizes = sizes;
  array.strides = 0;
  array.rank = rank;
  array.type = type;
  array.device = GF_HOST;
  array.device_number = 0;
  return array;
}

static inline gf_array gf_scalar_of(const void *data, int32_t type) { return gf_array_of(data, type, 0, 0); }

/* A call of one instance, without workspace, message and executor. */
static inline gf_call gf_call_default(void) {
  gf_call call;
  call.abi_version = GF_ABI_VERSION;
  call.flags = 0;
  call.seed = 0;
  call.instances = 1;
  call.begin = 0;
  call.end = 1;
  call.scale = 1.0;
  call.workspace = 0;
  call.workspace_bytes = 0;
  call.stream = 0;
  call.error = 0;
  call.error_capacity = 0;
  call.executor = 0;
  return call;
}

#ifdef __cplusplus
}
#endif
#endif

/* The launch layer: what the host code of CUDA kernels calls. Plain C, without libgenfuse: generated
 * libraries hold a copy of it, whose names carry the version of the ABI, so that several may be linked into
 * one program.
 *
 * The driver (libcuda.so.1) is opened at the first call, never linked. Every function here may be called from
 * any thread, throws nothing, and returns a gf_status with a message in call->error (if that is not null):
 *   GF_NOT_AVAILABLE  no driver, no device, or an image that holds no code for the device
 *   GF_ABI_MISMATCH   an image of another version
 *   GF_BAD_ARGUMENT   a kernel that the image lacks, a width that groups cannot have
 *   GF_DEVICE_ERROR   any other failure of the driver, with its name and text
 */
#ifndef GENFUSE_RUNTIME_CUDA_LAUNCH_H
#define GENFUSE_RUNTIME_CUDA_LAUNCH_H

#include "runtime/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The device code of a library: a fat binary, a cubin, or PTX that ends in 0. Static and zero behind its
 * first four members in a generated library; the launch layer writes `handle` only, once. */
typedef struct gf_cuda_image {
  uint32_t abi_version; /* GF_ABI_VERSION of the generated code */
  const void *data;     /* alive for as long as the image is used */
  uint64_t size;        /* bytes of data */
  const char *name;     /* of the library or model, for messages */
  void *handle;         /* null at first */
} gf_cuda_image;

/* Blocks of one launch at most: more groups than they hold are worked off by the loops of the kernel
 * (`i += gf_groups<W>()`). The same on every device, so that nothing depends on one. */
#define GF_CUDA_MAX_BLOCKS 65536

#define gf_cuda_launch gf_cuda_launch_v2
#define gf_cuda_load gf_cuda_load_v2
#define gf_cuda_unload gf_cuda_unload_v2
#define gf_cuda_check_memory gf_cuda_check_memory_v2
#define gf_cuda_architecture gf_cuda_architecture_v2

/* Starts a kernel on call->stream, and does not wait for it.
 * groups: how many groups of `width` threads have work. A group is a thread (1), a warp (32), or a block (64,
 * 128, 256, 512 or 1024). Whole blocks are started, at most GF_CUDA_MAX_BLOCKS, so that more or fewer groups
 * may run: see gf_groups<W>() in kernel.h. 0 starts nothing. arguments: a pointer to each argument, as for
 * cuLaunchKernel. They are copied before this returns. The thread's current context is used; where it has
 * none, that of the stream, or the primary one of device 0. The first launch of an image on a device loads
 * all its kernels there; after that a call allocates nothing. */
int32_t gf_cuda_launch(gf_cuda_image *image, const char *kernel, int64_t groups, int32_t width,
                       void **arguments, const gf_call *call);

/* Loads the image and all its kernels on the device that gf_cuda_launch would use: to be called before a
 * stream is captured into a graph, where older drivers refuse to load. */
int32_t gf_cuda_load(gf_cuda_image *image, const gf_call *call);

/* The compute capability of the device that gf_cuda_launch would use, as 10 * major + minor: 90 for sm_90. */
int32_t gf_cuda_architecture(int32_t *architecture, const gf_call *call);

/* Whether kernels of gf_cuda_launch can reach the memory at `pointer`, which the message calls `name`,
 * "argument 'xs'": memory of their device, managed or pinned memory, and on some machines any. Else
 * GF_BAD_ARGUMENT, "argument 'xs': expected memory of device 0, got memory of the host" (of device 1, null).
 */
int32_t gf_cuda_check_memory(const void *pointer, const char *name, const gf_call *call);

/* Forgets a loaded image. No launch of it may be running or begin. */
void gf_cuda_unload(gf_cuda_image *image);

#ifdef __cplusplus
}
#endif
#endif

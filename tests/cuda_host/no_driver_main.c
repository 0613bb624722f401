/* A C program with the launch layer and nothing else of genfuse: it starts, and a launch says that there is no driver.
 * Exit code 77 where there is one. */
#include "runtime/cuda/launch.h"
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  static gf_cuda_image image = {GF_ABI_VERSION, "no image", 9, "digits", 0};
  char error[256] = "";
  gf_call call;
  const char *expected = "launching digits_value: no CUDA driver: libcuda.so.1: cannot open shared object file";
  int32_t status;
  if (dlopen("libcuda.so.1", RTLD_NOW))
    return 77;
  memset(&call, 0, sizeof call);
  call.error = error;
  call.error_capacity = sizeof error;
  if (gf_cuda_launch(&image, "digits_value", 0, 1, 0, &call) != GF_OK)
    return 1; /* nothing to do needs no driver */
  status = gf_cuda_launch(&image, "digits_value", 1, 1, 0, &call);
  printf("%d %s\n", (int)status, error);
  if (status != GF_NOT_AVAILABLE || strncmp(error, expected, strlen(expected)) != 0)
    return 1;
  gf_cuda_unload(&image);
  return gf_cuda_load(&image, &call) == GF_NOT_AVAILABLE ? 0 : 1;
}

/* Calls a kernel from an object file and prints the bits of its results: ObjectTest.cpp compiles this with
 * the system's C compiler and compares. */
#include "runtime/abi.h"
#include <stdio.h>
#include <string.h>

int32_t kernel(void *const *pointers, const int64_t *dims, const int64_t *strides, gf_call *call);
int64_t kernel_workspace(const int64_t *dims, const gf_call *call);

enum { count = 77 };

int main(void) {
  float a = 0.3f, x[count], y[count], z[count] = {0};
  void *pointers[] = {&a, x, y, z};
  int64_t dims[] = {count, count, count}, strides[] = {1, 1, 1};
  gf_call call = {0};
  for (int i = 0; i < count; ++i) {
    x[i] = 0.1f * (float)i;
    y[i] = -0.7f * (float)i;
  }
  call.abi_version = GF_ABI_VERSION;
  call.instances = call.end = count;
  if (kernel_workspace(dims, &call) != 0 || kernel(pointers, dims, strides, &call) != GF_OK)
    return 1;
  for (int i = 0; i < count; ++i) {
    uint32_t bits;
    memcpy(&bits, &z[i], sizeof bits);
    printf("%08x\n", bits);
  }
  return 0;
}

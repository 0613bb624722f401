#include "tests/aot/digits_run.h"
#include <stdlib.h>
#include <string.h>

enum { images = 37, pixels = 29, classes = 10 };

static float next(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return (float)(*state >> 8) / 16777216.0f - 0.5f;
}

static void print_bits(FILE *out, const float *values, int count) {
  for (int i = 0; i < count; ++i) {
    uint32_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    fprintf(out, "%08x\n", bits);
  }
}

int32_t digits_run(gf_kernel kernel, gf_workspace workspace, FILE *out) {
  float xs[images * pixels], w[classes * pixels], b[classes];
  float w_gradient[classes * pixels] = {0}, b_gradient[classes] = {0};
  int64_t labels[images];
  double score = 0;
  uint32_t state = 1;
  for (int i = 0; i < images * pixels; ++i)
    xs[i] = next(&state);
  for (int i = 0; i < classes * pixels; ++i)
    w[i] = next(&state);
  for (int i = 0; i < classes; ++i)
    b[i] = next(&state);
  for (int i = 0; i < images; ++i)
    labels[i] = i % classes;
  void *pointers[] = {xs, w, b, labels, &score, w_gradient, b_gradient};
  int64_t dims[] = {images, pixels, classes, pixels, classes, images, classes, pixels, classes};
  int64_t strides[] = {pixels, 1, pixels, 1, 1, 1, pixels, 1, 1};
  gf_call call = {0};
  call.abi_version = GF_ABI_VERSION;
  call.instances = call.end = 1;
  call.scale = 0.5;
  call.workspace_bytes = workspace(dims, &call);
  call.workspace = aligned_alloc(64, (size_t)call.workspace_bytes + 64);
  int32_t status = kernel(pointers, dims, strides, &call);
  free(call.workspace);
  fprintf(out, "%.17g\n", score);
  print_bits(out, w_gradient, classes * pixels);
  print_bits(out, b_gradient, classes);
  return status;
}

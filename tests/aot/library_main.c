/* A C program that knows nothing but the header of a generated library. Prints the bits of a gradient at the
 * CPU level of its argument, in the format of digits_run.c. */
#include "digits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { images = 37, pixels = 29, classes = 10 };

static float xs[images * pixels], w[classes * pixels], b[classes], w_gradient[classes * pixels],
    b_gradient[classes];
static int64_t labels[images];

static float next(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return (float)(*state >> 8) / 16777216.0f - 0.5f;
}

static void print_bits(const float *values, int count) {
  for (int i = 0; i < count; ++i) {
    uint32_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    printf("%08x\n", bits);
  }
}

int main(int argc, char **argv) {
  if (argc > 1 && (digits_set_cpu_level(argv[1]) != GF_OK || strcmp(digits_cpu_level(), argv[1]) != 0))
    return 2;
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
  const int64_t xs_sizes[] = {images, pixels}, w_sizes[] = {classes, pixels}, count[] = {images},
                b_sizes[] = {classes}, w_strides[] = {pixels, 1};
  digits_gradient_W_b_arrays arrays = {0};
  arrays.xs = (gf_array){.data = xs, .sizes = xs_sizes, .rank = 2};
  arrays.digit_W = (gf_array){.data = w, .sizes = w_sizes, .strides = w_strides, .rank = 2, .type = GF_F32};
  arrays.digit_b = gf_array_of(b, GF_F32, 1, b_sizes);
  arrays.image_y = (gf_array){.data = labels, .sizes = count, .rank = 1, .type = GF_I64};
  arrays.score = gf_scalar_of(&score, GF_F64);
  arrays.digit_W_gradient = (gf_array){.data = w_gradient, .sizes = w_sizes, .rank = 2};
  arrays.digit_b_gradient = (gf_array){.data = b_gradient, .sizes = b_sizes, .rank = 1};
  char text[200];
  gf_call call = gf_call_default();
  call.scale = 0.5;
  call.error = text;
  call.error_capacity = sizeof text;
  call.workspace_bytes = digits_gradient_W_b_workspace(&arrays, &call);
  if (call.workspace_bytes < 0)
    return puts(text), 3;
  call.workspace = aligned_alloc(64, ((size_t)call.workspace_bytes + 64) / 64 * 64);
  if (digits_gradient_W_b(&arrays, &call) != GF_OK)
    return puts(text), 4;
  free(call.workspace);
  printf("%.17g\n", score);
  print_bits(w_gradient, classes * pixels);
  print_bits(b_gradient, classes);
  return 0;
}

// The same three calls from C: the C header alone, all memory on the caller's side.
#include <kernels.h>
#include <stdio.h>

static gf_array vector_of(const double *data, const int64_t *size) {
  return gf_array_of(data, GF_F64, 1, size);
}
static gf_array scalar_of(const double *data) { return gf_scalar_of(data, GF_F64); }

int main(void) {
  const double s[3] = {0.5, 1, 2}, moved = 0.25;
  const int64_t size = 3;
  double mu, y[3], weight, change, score, slope;
  const kernels_simulate_arrays draw = {vector_of(s, &size), scalar_of(&mu), vector_of(y, &size),
                                        scalar_of(&score)};
  const kernels_move_arrays move = {vector_of(s, &size), scalar_of(&mu),     vector_of(y, &size),
                                    scalar_of(&moved),   scalar_of(&weight), scalar_of(&change)};
  const kernels_slope_arrays gradient = {vector_of(s, &size), scalar_of(&moved), vector_of(y, &size),
                                         scalar_of(&score), scalar_of(&slope)};

  // kernels_slope_workspace(&gradient, &call) says how much of it a call needs; so does the error of one with
  // too little.
  static _Alignas(64) char memory[4096];
  char message[256] = "";
  gf_call call = gf_call_default();
  call.seed = 7;
  call.workspace = memory;
  call.workspace_bytes = sizeof memory;
  call.error = message;
  call.error_capacity = sizeof message;
  if (kernels_simulate(&draw, &call) || kernels_move(&move, &call) || kernels_slope(&gradient, &call)) {
    fprintf(stderr, "%s\n", message);
    return 1;
  }
  printf("mu %.17g y %.17g %.17g %.17g weight %.17g score %.17g slope %.17g\n", mu, y[0], y[1], y[2], weight,
         score, slope);
  return 0;
}

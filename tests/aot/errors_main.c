/* Every error code of a kernel with its text, in a program without LLVM and without our runtime. */
#include "runtime/abi.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int32_t PL_gradient(void *const *pointers, const int64_t *dims, const int64_t *strides, gf_call *call);
int64_t PL_gradient_workspace(const int64_t *dims, const gf_call *call);

enum { count = 4 };

static float s[count], y[count], mu;
static double score;
static float mu_gradient;
static char text[200];
static gf_call call;
static void *pointers[] = {s, &mu, y, &score, &mu_gradient};
static int64_t dims[] = {count, count}, strides[] = {1, 1};

/* A good call. */
static void start(void) {
  for (int i = 0; i < count; ++i) {
    s[i] = 1.0f;
    y[i] = 0.5f;
  }
  mu = 0.25f;
  score = 7;
  pointers[0] = s;
  gf_call fresh = {0};
  call = fresh;
  call.abi_version = GF_ABI_VERSION;
  call.instances = call.end = 1;
  call.workspace_bytes = PL_gradient_workspace(dims, &call);
  call.workspace = aligned_alloc(64, (size_t)call.workspace_bytes + 64);
  call.error = text;
  call.error_capacity = sizeof text;
  text[0] = 0;
}

/* Calls, and prints the code, whether the score was written, and the text. */
static void run(void) {
  void *workspace = call.workspace;
  int32_t status = PL_gradient(pointers, dims, strides, &call);
  printf("%d %s %s\n", status, score == 7 ? "untouched" : "written", text);
  free(workspace);
  start();
}

int main(void) {
  start();
  run();
  call.abi_version = 77;
  run();
  printf("%d\n", PL_gradient(pointers, dims, strides, NULL));
  if (PL_gradient(NULL, dims, strides, &call) == GF_BAD_ARGUMENT)
    puts(text);
  if (PL_gradient(pointers, NULL, strides, &call) == GF_BAD_ARGUMENT)
    puts(text);
  char wanted[200];
  snprintf(wanted, sizeof wanted, "kernel 'PL_gradient': expected a workspace of %lld or more bytes, got -1",
           (long long)call.workspace_bytes);
  call.workspace_bytes = -1;
  if (PL_gradient(pointers, dims, strides, &call) == GF_SMALL_WORKSPACE && strcmp(text, wanted) == 0)
    puts("small workspace");
  free(call.workspace);
  start();
  call.end = 2;
  run();
  pointers[0] = NULL;
  run();
  s[2] = -0.5f;
  run();
  y[3] = NAN;
  run();
  y[3] = NAN; /* a text that is cut, and none at all */
  call.error_capacity = 20;
  run();
  y[3] = NAN;
  call.error = NULL;
  run();
  return 0;
}

/* A program without LLVM: linked with the object file of the kernel and the C library, nothing else. */
#include "tests/aot/digits_run.h"

int32_t digits_gradient(void *const *pointers, const int64_t *dims, const int64_t *strides, gf_call *call);
int64_t digits_gradient_workspace(const int64_t *dims, const gf_call *call);

int main(void) { return digits_run(digits_gradient, digits_gradient_workspace, stdout); }

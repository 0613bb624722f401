// The launch layer of a build without CUDA: it says so.
#include "launch.h"
#include <cstdio>

namespace {
int32_t missing(const char *doing, const char *what, const gf_call *call) {
  if (call->error && call->error_capacity > 0)
    std::snprintf(
        call->error, static_cast<std::size_t>(call->error_capacity),
        "%s %s: this build has no CUDA (it was configured with GENFUSE_WITH_CUDA=OFF or without cuda.h)",
        doing, what);
  return GF_NOT_AVAILABLE;
}
} // namespace

int32_t gf_cuda_launch(gf_cuda_image *, const char *kernel, int64_t, int32_t, void **, const gf_call *call) {
  return missing("launching", kernel, call);
}
int32_t gf_cuda_load(gf_cuda_image *image, const gf_call *call) {
  return missing("loading", image->name, call);
}
int32_t gf_cuda_architecture(int32_t *, const gf_call *call) {
  return missing("asking for", "a device", call);
}
int32_t gf_cuda_check_memory(const void *, const char *name, const gf_call *call) {
  return missing("checking", name, call);
}
void gf_cuda_unload(gf_cuda_image *) {}

#include "Fixture.h"

namespace genfuse::tests {

namespace {

CompiledKernel recorded;
std::vector<void *> pointers;

int32_t record(void *const *given, const int64_t *dims, const int64_t *strides, gf_call *call) {
  pointers.assign(given, given + recorded.signature->arrays.size());
  return recorded.run(given, dims, strides, call);
}

} // namespace

Program program(const std::string &file, const std::string &model, Precision real) {
  return Program(Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/" + file + ".mlir", model),
                 {real, "native", std::nullopt, 0});
}

CompiledKernel Recorder::kernel(const DensityRequest &request) const {
  requests.push_back(request);
  recorded = source->kernel(request);
  return {recorded.signature, record, recorded.workspace};
}

void *Recorder::pointer(const std::string &name, Role role) {
  for (size_t i = 0; i < pointers.size(); ++i)
    if (recorded.signature->arrays[i].name == name && recorded.signature->arrays[i].role == role)
      return pointers[i];
  return nullptr;
}

} // namespace genfuse::tests

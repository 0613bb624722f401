#include "codegen/ProgramKernels.h"

namespace genfuse {

namespace {

class ProgramKernels : public KernelSource {
public:
  explicit ProgramKernels(const Program &program) : program(program) {}

  const Signature &signature() const override { return program.signature("assess()"); }

  CompiledKernel kernel(const DensityRequest &request) const override {
    Mapping mapping =
        program.options().mapping.value_or(request.instances ? Mapping::instances : Mapping::single);
    KernelHandle handle = program.kernel(request.text(), mapping, request.batched, request.shared);
    return {handle.signature, handle.run, handle.workspace};
  }

private:
  Program program;
};

} // namespace

std::shared_ptr<const KernelSource> kernelsOf(const Program &program) {
  return std::make_shared<ProgramKernels>(program);
}

} // namespace genfuse

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
    KernelHandle handle = program.kernel(text(request), mapping, request.batched, request.shared);
    return {handle.signature, handle.run, handle.workspace};
  }

private:
  static std::string text(const DensityRequest &request) {
    if (request.gradients.empty())
      return "assess()";
    std::string names;
    for (const std::string &name : request.gradients)
      names += (names.empty() ? "" : ", ") + name;
    std::string flags = request.returned && request.weighted ? "; return, weighted"
                        : request.returned                   ? "; return"
                        : request.weighted                   ? "; weighted"
                                                             : "";
    return "gradient(" + names + flags + ")";
  }

  Program program;
};

} // namespace

std::shared_ptr<const KernelSource> kernelsOf(const Program &program) {
  return std::make_shared<ProgramKernels>(program);
}

} // namespace genfuse

// A generated kernel with its arrays, ready to run.
#pragma once

#include "bench/speed/Case.h"
#include "bench/speed/Threads.h"
#include "codegen/Program.h"

namespace genfuse::bench {

class Generated {
public:
  /// Errors: those of Program::bind.
  Generated(const Program &program, const std::string &request, const Inputs &inputs, int64_t instances,
            int64_t threads, const Arrays &accumulators = {})
      : program(program), bound(bind(program, request, inputs, instances, threads, accumulators)) {}

  void run(uint64_t seed = 0, double scale = 1) { bound.run(seed, scale); }
  Outcome outcome() const { return bound.outcome(); }
  double compileMilliseconds() const { return bound.kernel.compileMilliseconds; }

private:
  static Program::Bound bind(const Program &program, const std::string &request, const Inputs &inputs,
                             int64_t instances, int64_t threads, const Arrays &accumulators) {
    RunOptions options;
    options.instances = instances;
    options.accumulators = accumulators;
    options.executor = threads > 1 ? &poolOf(threads) : nullptr;
    return program.bind(request, inputs, options);
  }

  Program program; // keeps the kernel
  Program::Bound bound;
};

inline Program compileFor(const Model &model, const std::string &target) {
  CompileOptions options;
  options.target = target;
  return Program(model, options);
}

/// The caller's numbers as an array, without a copy.
template <class T> Array viewOf(const T *data, Shape shape) {
  return Array::view(const_cast<T *>(data), ElementTypeOf<T>::value, std::move(shape));
}
template <class T, class A> Array viewOf(const std::vector<T, A> &data) {
  return viewOf(data.data(), {static_cast<int64_t>(data.size())});
}

inline const std::string native = "native", v3 = "x86-64-v3";

} // namespace genfuse::bench

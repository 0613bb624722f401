// A compiled model: kernels for the operations of the interface, made when they are first asked for.
#pragma once

#include "codegen/CacheReport.h"
#include "codegen/CompilePhases.h"
#include "codegen/CudaLoader.h"
#include "frontend/Model.h"
#include "passes/Pipelines.h"
#include "runtime/Array.h"
#include "runtime/Call.h"
#include "runtime/ChoiceMap.h"
#include "runtime/Signature.h"
#include "runtime/abi.h"
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace genfuse {

constexpr int64_t measuredGemmSize = int64_t(1) << 18;

struct CompileOptions {
  Precision real = Precision::f32;
  std::string target = "native";       ///< native, x86-64-v4 or x86-64-v3
  std::optional<Mapping> mapping = {}; ///< forces one; otherwise the sizes of each call choose
  int64_t lanes = 0; ///< of the sweep in lanes: 1, 2, 4, ... 1024; 0: gen-widen chooses (docs/performance.md)
  bool checked = false; ///< kernels check their data first: NaN, domains of parameters, indices
  bool counted = false; ///< kernels count the log densities that they compute: Outcome::counts
  bool moments =
      false; ///< sufficient statistics: sums over data of polynomials are formed once (gen-moments)
  /// Products with matrices of so many elements are handed to a GEMM library, for one instance on CPUs; 0:
  /// none. Absent: `measuredGemmSize`, from where on it is faster (docs/performance.md), and none if not
  /// optimised.
  std::optional<int64_t> gemmSize = {};
  bool optimise = true; ///< false leaves out every pass that only makes code faster (for tests)
  /// Kernels are CUDA text that this loader compiles, launched from the CPU; arrays lie where its device
  /// reads them. `lanes` are then the threads of a group: 1, 32 (as 0 means), or 64 to 1024. Null: CPU
  /// kernels.
  std::shared_ptr<CudaLoader> cuda = {};
  int cudaArchitecture = 0; ///< 90: sm_90, for the stages ptx and cubin (0: 90) and for statistics (0: none)
  /// A folder that keeps machine code for later processes (docs/cache.md). Absent: the one that the
  /// environment variable GENFUSE_CACHE names, if it does; empty: none.
  std::optional<std::string> cacheFolder = {};
  int64_t cacheBytes = int64_t(256) << 20; ///< of all that it keeps; the least recently used goes first
};

/// Arrays by name. An array with one more dimension than the model gives it has one value per instance, in
/// its last dimension.
using Arrays = std::map<std::string, Array>;

/// What an operation reads.
struct Inputs {
  Arrays arguments;
  Arrays parameters; ///< by path, `digit/W`
  ChoiceMap choices; ///< the given choices; with the flag `replay` also the draws
  Array returnGradient;
  /// For requests that start from a trace (`arguments` and `choices` are the trace's): changed arguments; new
  /// values, by the request's patterns (`y/[]`); lists of elements by plate (`y/[]`, i64, increasing; entries
  /// from the plate's length on are ignored); which elements of lists are selected, by pattern.
  Arrays newArguments{}, constraints{}, elements{}, selected{};
  Array scoreGradient = {}; ///< with the flag `weighted`: real, [instance] or a scalar
};

struct RunOptions {
  uint64_t seed = 0;
  int64_t instances = 1;
  double scale = 1.0;           ///< of parameter gradients
  Arrays accumulators = {};     ///< parameter gradients to add to, by path; fresh zeros where absent
  Executor *executor = nullptr; ///< runs the parts of large work; null: the caller's thread. Same results
};

/// What an operation computes. Arrays of instances have them in their last dimension; one instance alone has
/// none.
struct Outcome {
  Array score, weight, returnValue;
  Array scoreChange; ///< of requests that start from a trace; their returnValue is set only if it may differ
  Arrays choices;    ///< drawn ones: whole leaves, or by the request's patterns
  Arrays choiceGradients, argumentGradients, parameterGradients;
  Arrays results; ///< of a procedure, by name
  /// With CompileOptions::counted, for each leaf whose log density the request asks for: how many were
  /// computed, over all elements and instances. What was computed once for all of them counts once.
  std::map<std::string, int64_t> counts;
};

/// A kernel with what it takes; valid as long as a copy of the Program lives.
struct KernelHandle {
  const Signature *signature = nullptr;
  gf_kernel run = nullptr;
  gf_workspace workspace = nullptr;
  double compileMilliseconds = 0;
  CompilePhases phases = {}; ///< what they are made of
  bool fromCache = false;    ///< the machine code came from the object cache
};

class Trace;

/// Thread-safe; kernels are cached by specialisation. Cheap to copy; copies share the kernels.
class GENFUSE_API Program {
public:
  explicit Program(const Model &model, CompileOptions options = {});

  /// Traces whose choices are all drawn. `inputs.choices` is empty.
  Trace simulate(const Inputs &inputs, const RunOptions &options = {}) const;

  /// Traces in which `inputs.choices` are constrained, whole leaves at a time, and the others drawn; their
  /// weight is the log density of the constrained choices. Errors: those of `bind`.
  Trace generate(const Inputs &inputs, const RunOptions &options = {}) const;

  /// Compiles (or finds) the kernel of a request (passes/Request.h). `batched` names arguments with one value
  /// per instance, `shared` choices that all instances share. Errors: a request that does not parse or names
  /// something unknown, with the model's own names and source lines.
  KernelHandle kernel(const std::string &request, Mapping mapping,
                      const std::vector<std::string> &batched = {},
                      const std::vector<std::string> &shared = {}) const;

  /// The arrays of a request for one instance, without compiling it.
  const Signature &signature(const std::string &request) const;

  /// Binds inputs to the kernel that fits their shapes. Errors, before anything runs: an unknown, missing or
  /// mistyped name or address, a wrong shape. The call may be run many times.
  struct Bound {
    Call call;
    KernelHandle kernel;
    Arrays givenChoices; ///< whole leaves, as the kernel reads them
    Specialisation specialisation;
    std::string mappingReason; ///< why its mapping was chosen
    void run(uint64_t seed = 0, double scale = 1.0) { call.run(kernel.run, kernel.workspace, seed, scale); }
    Outcome outcome() const;
  };
  Bound bind(const std::string &request, const Inputs &inputs, const RunOptions &options = {}) const;

  /// bind and run.
  Outcome run(const std::string &request, const Inputs &inputs, const RunOptions &options = {}) const;

  /// The parameters of the model with their initial values (zeros where the model gives none), for given
  /// arguments.
  Arrays initialParameters(const Arrays &arguments) const;

  /// The text of a stage (gen, derived, differentiated, batched, lowered, llvm, asm, cuda, ptx) of a request;
  /// its bytes for cubin.
  std::string emit(const std::string &stage, const std::string &request,
                   Mapping mapping = Mapping::single) const;

  /// The relocatable object file of a request.
  std::string object(const std::string &request, Mapping mapping = Mapping::single) const;

  const CompileOptions &options() const;

  /// The leaves of the model's traces, in program order: names, types and shapes.
  std::vector<ArraySpec> leaves() const;

  /// What a request is compiled for under a mapping, with arguments and choices of the usual kind.
  Specialisation specialisation(const std::string &request, Mapping mapping) const;
  /// The specialisations that have been compiled, as keys in order.
  std::vector<std::string> cachedKernels() const;
  /// What came from the object cache (CompileOptions::cacheFolder), and what is wrong with it, if anything.
  CacheReport cacheReport() const;

private:
  struct Body;
  std::shared_ptr<Body> body;
};

} // namespace genfuse

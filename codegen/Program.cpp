#include "codegen/Program.h"
#include "codegen/Compiler.h"
#include "codegen/MappingChoice.h"
#include "codegen/SignatureOf.h"
#include "codegen/Trace.h"
#include "codegen/cpu/ErrorText.h"
#include "codegen/cpu/Object.h"
#include "codegen/cpu/ObjectCache.h"
#include "codegen/cuda/Nvrtc.h"
#include "codegen/cuda/Text.h"
#include "mlir/Parser/Parser.h"
#include "runtime/Binding.h"
#include "runtime/Error.h"
#include "runtime/InitialParameters.h"
#include <bit>
#include <mutex>
#include <set>

using namespace mlir;

namespace genfuse {

namespace {

DialectRegistry allDialects() {
  DialectRegistry registry;
  registerAll(registry);
  return registry;
}

std::string cacheFolderOf(const CompileOptions &options) {
  const char *named = std::getenv("GENFUSE_CACHE");
  return options.cacheFolder.value_or(named ? named : "");
}

} // namespace

/// Threads of a group of a CUDA kernel: one, a warp, or a block.
constexpr int64_t warp = 32;
bool isGroup(int64_t threads) {
  return threads == 1 || (threads >= warp && threads <= 1024 && llvm::isPowerOf2_64(threads));
}

struct Program::Body {
  Body(const Model &model, CompileOptions options)
      : options(std::move(options)), cache(cacheFolderOf(this->options), this->options.cacheBytes),
        entry(model.name()), context(allDialects(), MLIRContext::Threading::DISABLED) {
    context.loadAllAvailableDialects();
    context.printOpOnDiagnostic(false);
    ErrorText errors(&context);
    module = parseSourceString<ModuleOp>(model.text(/*locations=*/true), &context, model.name());
    if (!module)
      errors.raise();
  }

  Specialisation specialise(const std::string &request, Mapping mapping) {
    return specialise(request, mapping, options.cuda != nullptr);
  }

  Specialisation specialise(const std::string &request, Mapping mapping, bool threads) {
    Specialisation result;
    result.request = Request::parse(request);
    result.model = entry;
    result.real = options.real;
    result.mapping = mapping;
    result.checked = options.checked;
    result.counted = options.counted;
    result.optimise = options.optimise;
    result.moments = options.moments;
    result.threads = threads;
    int64_t lanes = threads ? warp : options.real == Precision::f32 ? 16 : 8;
    result.lanes = options.lanes ? options.lanes : lanes;
    result.widen = !threads && !options.lanes;
    if (!threads)
      result.vectors = cpuTarget(options.target).vectors();
    if (options.gemmSize.value_or(0) < 0)
      throw Error("expected a gemmSize of 0 or more, got " + std::to_string(*options.gemmSize));
    if (!threads && mapping == Mapping::single)
      result.gemmSize = options.gemmSize.value_or(options.optimise ? measuredGemmSize : 0);
    if (!threads && (result.lanes < 1 || result.lanes > 1024 || !std::has_single_bit(uint64_t(result.lanes))))
      throw Error("expected 1, 2, 4, 8, ... or 1024 lanes, got " + std::to_string(result.lanes));
    if (threads && !isGroup(result.lanes))
      throw Error("expected groups of 1, 32, 64, 128, 256, 512 or 1024 threads for CUDA, got " +
                  std::to_string(result.lanes));
    return result;
  }

  std::mutex mutex;
  CompileOptions options;
  ObjectCache cache;
  std::string entry;
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::map<std::string, std::unique_ptr<Kernel>> kernels;
  std::map<std::string, Signature> signatures;
};

Program::Program(const Model &model, CompileOptions options) : body(new Body(model, std::move(options))) {}

const CompileOptions &Program::options() const { return body->options; }

KernelHandle Program::kernel(const std::string &request, Mapping mapping,
                             const std::vector<std::string> &batched,
                             const std::vector<std::string> &shared) const {
  Specialisation specialisation = body->specialise(request, mapping);
  specialisation.batched = batched;
  specialisation.shared = shared;
  std::lock_guard lock(body->mutex);
  std::unique_ptr<Kernel> &kernel = body->kernels[specialisation.key()];
  if (!kernel)
    kernel = std::make_unique<Kernel>(*body->module, specialisation,
                                      CpuOptions{.target = body->options.target,
                                                 .optimisation = body->options.optimise ? 2u : 0u,
                                                 .cache = &body->cache},
                                      body->options.cuda.get());
  return {&kernel->signature(),          kernel->run(),    kernel->workspace(),
          kernel->compileMilliseconds(), kernel->phases(), kernel->fromCache()};
}

const Signature &Program::signature(const std::string &request) const {
  Specialisation specialisation = body->specialise(request, Mapping::single);
  std::lock_guard lock(body->mutex);
  auto known = body->signatures.find(specialisation.key());
  if (known != body->signatures.end())
    return known->second;
  Signature signature = lowerTo(Stage::derived, *body->module, specialisation).signature;
  setReal(signature, body->options.real);
  return body->signatures[specialisation.key()] = signature;
}

Specialisation Program::specialisation(const std::string &request, Mapping mapping) const {
  return body->specialise(request, mapping);
}

std::vector<std::string> Program::cachedKernels() const {
  std::lock_guard lock(body->mutex);
  std::vector<std::string> keys;
  for (const auto &[key, kernel] : body->kernels)
    keys.push_back(key);
  return keys;
}

CacheReport Program::cacheReport() const { return body->cache.report(); }

// Binding.

namespace {

/// The inputs of one call, matched with the signature of one instance.
class Matcher {
public:
  /// `leaves` are those of the model: a change of a trace need not read all of them.
  Matcher(const Signature &single, const Inputs &inputs, const RunOptions &options,
          const std::vector<ArraySpec> &leaves)
      : single(single), inputs(inputs), options(options), given(single.arrays.size()) {
    matchNamed(Role::argument, inputs.arguments, "argument");
    matchNamed(Role::parameter, inputs.parameters, "parameter");
    for (size_t i = 0; i < single.arrays.size(); ++i) {
      if (single.arrays[i].role == Role::returnGradient && inputs.returnGradient.defined())
        take(i, inputs.returnGradient);
      if (single.arrays[i].role == Role::scoreGradient && inputs.scoreGradient.defined())
        take(i, inputs.scoreGradient);
    }
    matchNamed(Role::newArgument, inputs.newArguments, "new argument");
    matchNamed(Role::constraint, inputs.constraints, "constraint");
    matchNamed(Role::elements, inputs.elements, "list of elements");
    matchNamed(Role::selected, inputs.selected, "mask of selected elements");
    matchChoices(leaves);
  }

  std::vector<std::string> batched, shared;

  void apply(Call &call) const {
    for (size_t i = 0; i < given.size(); ++i)
      if (given[i].defined())
        call.set(single.arrays[i].name, single.arrays[i].role, given[i]);
    for (const auto &[name, array] : options.accumulators)
      call.set(name, Role::parameterGradient, array);
  }
  bool hasBatched() const { return anyBatched; }
  Arrays choices() const {
    Arrays leaves;
    for (size_t i = 0; i < given.size(); ++i)
      if (given[i].defined() && single.arrays[i].role == Role::choice)
        leaves[single.arrays[i].name] = given[i];
    return leaves;
  }

private:
  void take(size_t i, const Array &array) {
    given[i] = array;
    bool more = array.rank() == static_cast<int64_t>(single.arrays[i].shape.size()) + 1;
    anyBatched = anyBatched || more;
    const auto &[name, role] = std::tie(single.arrays[i].name, single.arrays[i].role);
    if (more && (role == Role::argument || role == Role::newArgument))
      expectNoOffsets(single.arrays[i], array);
    if (more && role == Role::argument)
      batched.push_back(name);
    if (more && role == Role::newArgument)
      batched.push_back("new_argument:" + name);
    if (more)
      return;
    if (role == Role::choice)
      shared.push_back(name);
    if (role == Role::constraint || role == Role::elements || role == Role::selected)
      shared.push_back(std::string(roleName(role)) + ":" + name);
  }

  /// Rows are the same in all instances: they decide how much memory a call needs.
  void expectNoOffsets(const ArraySpec &spec, const Array &array) const {
    for (const OffsetsCheck &check : single.offsets)
      if (check.argument == spec.name || check.argument == spec.name + "'")
        throw Error(describe(spec) +
                    ": expected offsets that all instances share, of shape [rows + 1], got " +
                    array.describe());
  }

  void matchNamed(Role role, const Arrays &arrays, const char *what) {
    std::set<std::string> used;
    for (size_t i = 0; i < single.arrays.size(); ++i) {
      const ArraySpec &spec = single.arrays[i];
      if (spec.role != role || spec.output)
        continue;
      auto found = arrays.find(spec.name);
      if (found == arrays.end())
        throw Error(std::string("missing ") + what + " '" + spec.name + "'");
      used.insert(spec.name);
      take(i, found->second);
    }
    for (const auto &[name, array] : arrays)
      if (!used.count(name))
        throw Error(std::string("unknown ") + what + " '" + name + "'");
  }

  /// Whole leaves with one value per instance pass as they are; others are assembled to the model's shape.
  void matchChoices(const std::vector<ArraySpec> &leaves) {
    std::vector<std::string> known;
    for (const ArraySpec &spec : leaves)
      known.push_back(spec.name);
    inputs.choices.expectOnly(known);
    Binding binding(single, oneInstance(), 1);
    for (size_t i = 0; i < single.arrays.size(); ++i) {
      const ArraySpec &spec = single.arrays[i];
      if (spec.role != Role::choice || spec.output)
        continue;
      if (inputs.choices.has(spec.name)) {
        ChoiceValue value = inputs.choices.get(spec.name);
        if (value.kind() == ChoiceValue::Kind::array &&
            value.array().rank() == static_cast<int64_t>(spec.shape.size()) + 1) {
          expectSameRows(spec, value);
          take(i, value.as(spec.type, value.array().shape(), spec.name));
          continue;
        }
      }
      Shape shape = binding.shapeOf(i);
      size_t plates = std::count(spec.name.begin(), spec.name.end(), '*') - !spec.offsets.empty();
      take(i, inputs.choices.leafArray(spec.name, spec.type, Shape(shape.begin(), shape.begin() + plates),
                                       Shape(shape.begin() + plates, shape.end()), offsetsOf(spec)));
    }
  }

  void expectSameRows(const ArraySpec &spec, const ChoiceValue &value) const {
    Array offsets = offsetsOf(spec);
    if (value.offsets().defined() && (!offsets.defined() || value.offsets() != offsets))
      throw Error("address '" + spec.name +
                  "': expected values with the offsets of the arguments, got others");
  }

  /// The offsets of a leaf of a ragged plate; undefined for others.
  Array offsetsOf(const ArraySpec &leaf) const {
    for (size_t i = 0; i < single.arrays.size(); ++i)
      if (!leaf.offsets.empty() && single.arrays[i].role == Role::argument &&
          single.arrays[i].name == leaf.offsets)
        return given[i];
    return {};
  }

  /// What is given so far, the first instance of each batched array: the sizes do not depend on which.
  std::vector<Array> oneInstance() const {
    std::vector<Array> arrays = given;
    for (size_t i = 0; i < arrays.size(); ++i)
      if (arrays[i].defined() &&
          arrays[i].rank() == static_cast<int64_t>(single.arrays[i].shape.size()) + 1) {
        const Array &all = arrays[i];
        int64_t last = all.rank() - 1;
        arrays[i] = all.shape().back() > 0
                        ? all.slice(last, 0).copy()
                        : Array::zeros(all.type(), Shape(all.shape().begin(), all.shape().end() - 1));
      }
    return arrays;
  }

  const Signature &single;
  const Inputs &inputs;
  const RunOptions &options;
  std::vector<Array> given;
  bool anyBatched = false;
};

} // namespace

namespace {

std::vector<ArraySpec> givenLeaves(const Signature &signature) {
  std::vector<ArraySpec> leaves;
  for (const ArraySpec &spec : signature.arrays)
    if (spec.role == Role::choice && !spec.output)
      leaves.push_back(spec);
  return leaves;
}

} // namespace

std::vector<ArraySpec> Program::leaves() const { return givenLeaves(signature("assess()")); }

Program::Bound Program::bind(const std::string &request, const Inputs &inputs,
                             const RunOptions &options) const {
  const Signature &single = signature(request);
  bool fromTrace = startsFromTrace(Request::parse(request).operation);
  Matcher matcher(single, inputs, options, fromTrace ? leaves() : givenLeaves(single));
  auto [mapping, reason] = chooseMapping(body->options.mapping, options.instances, matcher.hasBatched());
  KernelHandle handle = kernel(request, mapping, matcher.batched, matcher.shared);
  Bound bound{Call(*handle.signature), handle, matcher.choices(), specialisation(request, mapping), reason};
  bound.specialisation.batched = matcher.batched;
  bound.specialisation.shared = matcher.shared;
  bound.call.instances(options.instances).executor(options.executor);
  matcher.apply(bound.call);
  bound.call.bind();
  return bound;
}

Outcome Program::Bound::outcome() const {
  Outcome result;
  for (const ArraySpec &spec : kernel.signature->arrays) {
    if (!spec.output)
      continue;
    const Array &array = call.output(spec.name, spec.role);
    switch (spec.role) {
    case Role::score:
      result.score = array;
      break;
    case Role::weight:
      result.weight = array;
      break;
    case Role::scoreChange:
      result.scoreChange = array;
      break;
    case Role::returnValue:
      result.returnValue = array;
      break;
    case Role::choice:
    case Role::drawn:
      result.choices[spec.name] = array;
      break;
    case Role::result:
      result.results[spec.name] = array;
      break;
    case Role::choiceGradient:
      result.choiceGradients[spec.name] = array;
      break;
    case Role::argumentGradient:
      result.argumentGradients[spec.name] = array;
      break;
    case Role::parameterGradient:
      result.parameterGradients[spec.name] = array;
      break;
    case Role::count:
      result.counts[spec.name] = *array.values<int64_t>();
      break;
    default:
      break;
    }
  }
  return result;
}

Outcome Program::run(const std::string &request, const Inputs &inputs, const RunOptions &options) const {
  Bound bound = bind(request, inputs, options);
  bound.run(options.seed, options.scale);
  return bound.outcome();
}

Trace Program::simulate(const Inputs &inputs, const RunOptions &options) const {
  if (!inputs.choices.empty())
    throw Error("simulate draws every choice, expected no constraints, got " +
                std::to_string(inputs.choices.size()) + " (use generate)");
  return generate(inputs, options);
}

Trace Program::generate(const Inputs &inputs, const RunOptions &options) const {
  std::string names;
  for (const std::string &leaf : inputs.choices.leaves())
    names += (names.empty() ? "" : ", ") + leaf;
  Bound bound = bind("generate(" + names + ")", inputs, options);
  bound.run(options.seed, options.scale);
  Outcome outcome = bound.outcome();
  outcome.choices.merge(bound.givenChoices);
  return Trace(*this, inputs, options.instances, std::move(outcome));
}

Arrays Program::initialParameters(const Arrays &arguments) const {
  return genfuse::initialParameters(signature("simulate()"), arguments);
}

// Text and objects.

static std::string cudaStage(const std::string &stage, ModuleOp lowered, const std::string &entry,
                             int architecture) {
  std::string text = cudaCode(lowered, entry).text;
  if (stage == "cuda")
    return text;
  bool isText = stage == "ptx";
  cuda::DeviceCode code = cuda::compileText(text, entry + ".cu", architecture ? architecture : 90,
                                            isText ? cuda::CodeKind::ptx : cuda::CodeKind::cubin);
  if (isText)
    code.bytes.pop_back(); // the 0 that the driver wants
  return std::move(code.bytes);
}

std::string Program::emit(const std::string &stage, const std::string &request, Mapping mapping) const {
  static const std::map<std::string, Stage> stages = {{"gen", Stage::gen},
                                                      {"derived", Stage::derived},
                                                      {"differentiated", Stage::differentiated},
                                                      {"batched", Stage::batched},
                                                      {"lowered", Stage::lowered}};
  std::lock_guard lock(body->mutex);
  auto known = stages.find(stage);
  bool native = stage == "llvm" || stage == "asm";
  bool cuda = stage == "cuda" || stage == "ptx" || stage == "cubin";
  if (known == stages.end() && !native && !cuda)
    throw Error("unknown stage '" + stage +
                "', expected gen, derived, differentiated, batched, lowered, llvm, asm, cuda, ptx or cubin");
  Lowered lowered = lowerTo(known == stages.end() ? Stage::lowered : known->second, *body->module,
                            body->specialise(request, mapping, cuda));
  if (cuda)
    return cudaStage(stage, *lowered.module, lowered.signature.entry, body->options.cudaArchitecture);
  CpuOptions cpu{body->options.target};
  if (native)
    return stage == "llvm" ? printLLVM(*lowered.module, cpu) : printAssembly(*lowered.module, cpu);
  std::string text;
  llvm::raw_string_ostream stream(text);
  lowered.module->print(stream);
  return text;
}

std::string Program::object(const std::string &request, Mapping mapping) const {
  std::lock_guard lock(body->mutex);
  Specialisation specialisation = body->specialise(request, mapping);
  specialisation.gemmSize = 0; // an object file stands alone
  Lowered lowered = lowerTo(Stage::lowered, *body->module, specialisation);
  return compileObject(*lowered.module, CpuOptions{body->options.target});
}

} // namespace genfuse

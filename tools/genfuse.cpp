// genfuse: prints any stage of a model, and runs any operation of the interface on JSON.
#include "codegen/Program.h"
#include "codegen/inspect/Drawing.h"
#include "codegen/inspect/Stats.h"
#include "frontend/Model.h"
#include "runtime/ChoiceJson.h"
#include "runtime/Error.h"
#include "runtime/Json.h"
#include "tools/Compile.h"
#include "tools/Graphviz.h"
#include "tools/Progress.h"
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace genfuse;
using nlohmann::json;

namespace {

constexpr int failed = 1, misused = 2;

constexpr const char *footer = R"(
REQUEST is an operation of the generative function interface with the names it is for:
  simulate()             draw every choice
  generate(y/*)          constrain y/* (given with --choices), draw the others
  assess()               the log density of given choices
  gradient(x, theta)     value and gradients with respect to choices, arguments or parameters
A flag follows a semicolon: gradient(x; return), generate(y; replay), gradient(x; drop-constants).

Examples:
  genfuse model.mlir --emit gen
  genfuse model.mlir 'gradient(mu)' --emit batched
  genfuse model.mlir 'assess()' --args '{"a": 0.0}' --choices '{"x": 0.3, "y": 1.1}' --real f64
  genfuse model.mlir 'generate(y)' --args @args.json --choices '{"y": 1.1}' --seed 7 --instances 1000
  genfuse compile model.mlir --op 'gradient(mu)' -o dir      a library for C and C++ (genfuse compile --help)

Stages of --emit, in the order of the compiler:
  graph           the model as a drawing (SVG, by Graphviz's dot); with a request what it gives is shaded
  dot             the same as text for Graphviz
  gen             the model in the gen dialect
  derived         one function for the request: log densities and draws instead of addresses
  differentiated  densities as arithmetic, value and gradients in one pass over the data
  batched         in the real type, with instances and the sweep that runs in lanes
  lowered         loops, vectors and memory
  llvm            LLVM IR, optimised
  asm             assembly of the target
  obj             a relocatable object file
  cuda            CUDA C++ of the kernels (--lanes: threads of a group, 32 or 64 to 1024; 1: one thread)
  ptx, cubin      the same compiled by NVRTC (--cuda-arch)
JSON is given as text, or as @FILE. Infinities are "inf" and "-inf".

Exit codes: 0 done, 1 the model, the request or the data is wrong (one line says why), 2 wrong use of flags.)";

struct Options {
  std::string model, function, request, stage, output, stats;
  std::string arguments = "{}", parameters = "{}", choices = "{}", returnGradient;
  std::string real = "f32", target = "native", mapping;
  int64_t lanes = 0, instances = 1;
  bool moments = false;
  std::optional<int64_t> gemmSize;
  int cudaArchitecture = 0;
  uint64_t seed = 0;
  double scale = 1.0;
  int64_t threads = 1;
  bool checked = false, counted = false;
  bool noProgress = false;
};

/// JSON given as text or as @FILE.
json readJson(const std::string &text, const char *what) {
  std::string content = text, name = what;
  if (!text.empty() && text[0] == '@') {
    name = text.substr(1);
    std::ifstream file(name);
    if (!file)
      throw Error("cannot read the file '" + name + "'");
    std::ostringstream all;
    all << file.rdbuf();
    content = all.str();
  }
  try {
    return parseJson(content);
  } catch (const Error &error) {
    throw Error(name + ": " + error.what());
  }
}

json readObject(const std::string &text, const char *what) {
  json object = readJson(text, what);
  if (!object.is_object())
    throw Error(std::string(what) + ": expected an object of names and values, got " + object.type_name());
  return object;
}

/// A JSON number, or nested lists of them, as an array of a type.
Array toArray(const std::string &name, const json &value, ElementType type) {
  const std::string place = "address 'value': ";
  try {
    ChoiceValue read = choicesFromJson(json{{"value", value}}).get("value");
    return read.as(type, read.array().shape(), name);
  } catch (const Error &error) {
    std::string text = error.what();
    throw Error(text.rfind(place, 0) == 0 ? "'" + name + "': " + text.substr(place.size()) : text);
  }
}

/// Each entry as an array of the type that the signature gives that name.
Arrays toArrays(const json &object, const Signature &signature, Role role, const char *what) {
  Arrays arrays;
  for (const auto &[name, value] : object.items()) {
    auto spec =
        std::find_if(signature.arrays.begin(), signature.arrays.end(),
                     [&, &key = name](const ArraySpec &s) { return s.role == role && s.name == key; });
    if (spec == signature.arrays.end())
      throw Error(std::string("unknown ") + what + " '" + name + "'");
    arrays[name] = toArray(name, value, spec->type);
  }
  return arrays;
}

Inputs readInputs(const Options &options, const Signature &signature, Program &program) {
  Inputs inputs;
  inputs.arguments = toArrays(readObject(options.arguments, "--args"), signature, Role::argument, "argument");
  inputs.parameters =
      toArrays(readObject(options.parameters, "--params"), signature, Role::parameter, "parameter");
  bool needsMore = false;
  for (const ArraySpec &spec : signature.arrays)
    needsMore = needsMore || (spec.role == Role::parameter && !inputs.parameters.count(spec.name));
  if (needsMore)
    for (auto &[name, array] : program.initialParameters(inputs.arguments))
      inputs.parameters.try_emplace(name, array);
  inputs.choices = choicesFromJson(readObject(options.choices, "--choices"));
  if (!options.returnGradient.empty())
    for (const ArraySpec &spec : signature.arrays)
      if (spec.role == Role::returnGradient)
        inputs.returnGradient =
            toArray("return", readJson(options.returnGradient, "--return-gradient"), spec.type);
  return inputs;
}

json toJson(const Array &array) {
  return choicesToJson(ChoiceMap{{"value", ChoiceValue(array)}}).at("value");
}

json toJson(const Arrays &arrays) {
  json object = json::object();
  for (const auto &[name, array] : arrays)
    object[name] = toJson(array);
  return object;
}

json toJson(const Outcome &outcome) {
  json result;
  if (outcome.weight.defined())
    result["weight"] = toJson(outcome.weight);
  if (outcome.score.defined())
    result["score"] = toJson(outcome.score);
  if (outcome.returnValue.defined())
    result["return"] = toJson(outcome.returnValue);
  auto add = [&](const char *key, const Arrays &arrays) {
    if (!arrays.empty())
      result[key] = toJson(arrays);
  };
  add("results", outcome.results);
  add("choices", outcome.choices);
  add("choice_gradients", outcome.choiceGradients);
  add("argument_gradients", outcome.argumentGradients);
  add("parameter_gradients", outcome.parameterGradients);
  if (!outcome.counts.empty())
    result["counts"] = outcome.counts;
  return result;
}

std::optional<Mapping> mappingOf(const std::string &name) {
  for (Mapping mapping : {Mapping::instances, Mapping::elements, Mapping::single})
    if (name == mappingName(mapping))
      return mapping;
  return std::nullopt;
}

void write(const Options &options, const std::string &text) {
  if (options.output.empty()) {
    std::cout << text;
    return;
  }
  std::ofstream file(options.output, std::ios::binary);
  if (!(file << text))
    throw Error("cannot write the file '" + options.output + "'");
}

bool hasInputs(const Options &options) {
  return options.arguments != "{}" || options.parameters != "{}" || options.choices != "{}";
}

StatsFormat formatOf(const Options &options) {
  return options.stats == "json" ? StatsFormat::json : StatsFormat::text;
}

/// Whether a stage needs no request.
bool isOfModel(const std::string &stage) { return stage == "gen" || stage == "graph" || stage == "dot"; }

void work(const Options &options) {
  Model model = Model::load(options.model, options.function);
  if (options.stage == "gen")
    return write(options, model.text());
  if (options.stage == "dot")
    return write(options, drawingOf(model, options.request));
  if (options.stage == "graph")
    return write(options, renderGraph(drawingOf(model, options.request)));
  CompileOptions compile;
  compile.real = options.real == "f64" ? Precision::f64 : Precision::f32;
  compile.target = options.target;
  compile.mapping = mappingOf(options.mapping);
  compile.lanes = options.lanes;
  compile.moments = options.moments;
  compile.gemmSize = options.gemmSize;
  compile.checked = options.checked;
  compile.counted = options.counted;
  compile.cudaArchitecture = options.cudaArchitecture;
  Program program(model, compile);
  Mapping mapping = compile.mapping.value_or(Mapping::single);
  if (options.stage == "obj")
    return write(options, program.object(options.request, mapping));
  if (!options.stage.empty())
    return write(options, program.emit(options.stage, options.request, mapping));
  RunOptions run;
  run.seed = options.seed;
  run.instances = options.instances;
  run.scale = options.scale;
  if (!options.stats.empty() && !hasInputs(options))
    return write(options, statsOf(model, program, options.request, run, nullptr, formatOf(options)));
  ThreadPool pool(options.threads);
  run.executor = options.threads > 1 ? &pool : nullptr;
  Inputs inputs = readInputs(options, program.signature(options.request), program);
  if (!options.stats.empty())
    return write(options, statsOf(model, program, options.request, run, &inputs, formatOf(options)));
  json result;
  {
    Progress progress(std::cerr, 2, {.shown = !options.noProgress && Progress::isTerminal()});
    progress.step("compiling");
    Program::Bound bound = program.bind(options.request, inputs, run);
    progress.step("running");
    bound.run(run.seed, run.scale);
    result = toJson(bound.outcome());
  }
  write(options, result.dump(2) + "\n");
}

} // namespace

int main(int argc, char **argv) {
  if (argc > 1 && std::string_view(argv[1]) == "compile")
    return compileLibrary(argc - 1, argv + 1);
  Options options;
  CLI::App app(
      "Compiles generative functions, prints their stages and runs the operations of their interface.");
  app.footer(footer);
  app.add_option("model", options.model, "a model in the gen dialect (.mlir)")->required();
  app.add_option("request", options.request, "what to derive, such as 'generate(y/*)'");
  app.add_option("--emit", options.stage, "print a stage instead of running the request (list below)")
      ->check(CLI::IsMember({"graph", "dot", "gen", "derived", "differentiated", "batched", "lowered", "llvm",
                             "asm", "obj", "cuda", "ptx", "cubin"}));
  app.add_flag(
         "--stats{text}", options.stats,
         "report sweeps, bytes, flops, mapping and passes instead of running the request (--stats=json)")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("--function", options.function, "the gen.func to compile (default: the last one)");
  app.add_option("--args", options.arguments, "arguments by name, a JSON object");
  app.add_option("--params", options.parameters,
                 "parameters by path, a JSON object (default: initial values)");
  app.add_option("--choices", options.choices, "given choices by address, a JSON object");
  app.add_option("--return-gradient", options.returnGradient, "cotangent of the return value, JSON");
  app.add_option("--seed", options.seed, "key of the random numbers")->capture_default_str();
  app.add_option("--instances", options.instances, "how many traces at once")->capture_default_str();
  app.add_option("--scale", options.scale, "factor of parameter gradients")->capture_default_str();
  app.add_option("--threads", options.threads, "run on so many threads; results do not depend on it")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--real", options.real, "f32 or f64")
      ->check(CLI::IsMember({"f32", "f64"}))
      ->capture_default_str();
  app.add_option("--cuda-arch", options.cudaArchitecture,
                 "90 for sm_90: what --emit=ptx and cubin are for; --stats reports on CUDA kernels for it");
  app.add_option("--target", options.target, "CPU level: native, x86-64-v4 or x86-64-v3")
      ->capture_default_str();
  app.add_option("--mapping", options.mapping, "force what runs in lanes: instances, elements or single")
      ->check(CLI::IsMember({"instances", "elements", "single"}));
  app.add_option("--lanes", options.lanes, "force the number of lanes: 1, 2, 4, ... 1024");
  app.add_option(
         "--gemm-size", options.gemmSize,
         "hand products with matrices of so many elements to a GEMM library; 0: none; object files have none")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--moments", options.moments,
               "sufficient statistics: sums over data of polynomials are formed once");
  app.add_flag("--checked", options.checked,
               "check data first: NaN, parameters of distributions, computed indices");
  app.add_flag("--counted", options.counted, "also count the log densities that are computed, by leaf");
  app.add_flag("--no-progress", options.noProgress,
               "no line about progress on the terminal (it appears after a second)");
  app.add_option("-o,--output", options.output, "write to a file instead of standard output");
  try {
    app.parse(argc, argv);
    if (options.request.empty() && !isOfModel(options.stage))
      throw CLI::RequiredError("request");
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : misused;
  }
  try {
    work(options);
    return 0;
  } catch (const std::exception &error) {
    std::cerr << "genfuse: " << error.what() << "\n";
    return failed;
  }
}

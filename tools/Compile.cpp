#include "tools/Compile.h"
#include "codegen/aot/Library.h"
#include "runtime/Error.h"
#include <CLI/CLI.hpp>
#include <iostream>

namespace genfuse {

namespace {

constexpr int failed = 1, misused = 2;

constexpr const char *footer = R"(
OPERATION is [NAME =] REQUEST [@ SECTION {; SECTION}]: what to derive, its name in C, and how instances run:
  gradient(mu)                            one trace a call
  fit = gradient(mu, x | y/*)             called fit
  simulate() @ instances                  many traces a call, in the last dimension of choices and results
  gradient(mu) @ instances; batched: s    the argument s has one value per instance
  gradient(mu) @ instances; shared: y/*   all instances share the choices y/*

Written below DIR: lib/libNAME.a (or .so), include/NAME.h, include/NAME.hpp, include/genfuse/..., NAME.json.

Example:
  genfuse compile model.mlir --op 'gradient(mu)' --op 'simulate() @ instances' --name mine -o dir
  cc program.c -Idir/include -Ldir/lib -lmine
With --gemm-size 262144 there is lib/libgenfuse_gemm.so too: cc ... -lmine -lgenfuse_gemm -Wl,-rpath,dir/lib
With --target cpu,cuda the C function NAME_OP_cuda takes arrays in a device's memory; the driver is opened at run time.

Exit codes: 0 done, 1 the model or an operation is wrong (one line says why), 2 wrong use of flags.)";

struct Options {
  std::string model, function, output, real = "f32", mapping = "single";
  std::vector<std::string> operations;
  aot::LibraryOptions library;
};

void declare(CLI::App &app, Options &options) {
  app.footer(footer);
  app.add_option("model", options.model, "a model in the gen dialect (.mlir)")->required();
  app.add_option("--op", options.operations, "an operation of the library; may be given many times")
      ->required()
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("-o,--output", options.output, "the folder to write to")->required();
  app.add_option("--model,--function", options.function, "the gen.func to compile (default: the last one)");
  app.add_option("--name", options.library.name, "name of the library, an identifier (default: the model's)");
  app.add_option("--real", options.real, "f32 or f64")
      ->check(CLI::IsMember({"f32", "f64"}))
      ->capture_default_str();
  app.add_option("--mapping", options.mapping, "of operations that name none: instances, elements or single")
      ->check(CLI::IsMember({"instances", "elements", "single"}))
      ->capture_default_str();
  app.add_option("--cpu", options.library.cpuLevels,
                 "CPU levels, of x86-64-v3, x86-64-v4 and native; the best that a machine can run is chosen")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option(
         "--target", options.library.targets,
         "cpu, or cpu,cuda: each operation also has an entry for a CUDA device (needs a CUDA toolkit)")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--cuda-arch", options.library.cudaArchitectures,
                 "architectures of devices: 90 is sm_90; later ones are served by PTX of the newest")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option(
         "--gemm-size", options.library.gemmSize,
         "hand products with matrices of so many elements to libgenfuse_gemm.so, written beside; 0: none")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_flag("--shared", options.library.shared, "a shared library instead of a static one");
  app.add_flag("--checked", options.library.checked,
               "kernels check their data first: NaN, parameters of distributions, computed indices");
}

void work(Options &options) {
  Model model = Model::load(options.model, options.function);
  options.library.real = options.real == "f64" ? Precision::f64 : Precision::f32;
  Mapping mapping = Mapping::single;
  for (Mapping known : {Mapping::instances, Mapping::elements, Mapping::single})
    mapping = options.mapping == mappingName(known) ? known : mapping;
  for (const std::string &text : options.operations)
    options.library.operations.push_back(aot::parseOperation(text, mapping));
  aot::writeLibrary(model, options.library, options.output);
}

} // namespace

int compileLibrary(int argc, char **argv) {
  Options options;
  CLI::App app("Compiles operations of a model to a library with headers for C and C++.", "genfuse compile");
  declare(app, options);
  try {
    app.parse(argc, argv);
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

} // namespace genfuse

// Libraries ahead of time: what is written, what it exports, and that it computes the bits of the JIT.
#include "codegen/aot/Library.h"
#include "codegen/Program.h"
#include "runtime/Error.h"
#include "tests/ErrorOf.h"
#include "tests/aot/Folder.h"
#include "tests/aot/digits_run.h"
#include <bit>
#include <gmock/gmock.h>

using namespace genfuse;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

const std::string source = GENFUSE_SOURCE_DIR;

Model model(const std::string &file, const std::string &name) {
  return Model::load(source + "/tests/models/" + file + ".mlir", name);
}

std::vector<std::string> lines(const std::string &text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    result.push_back(line);
  return result;
}

/// CPU levels of which this machine can run the code.
std::vector<std::string> runnableLevels() {
  std::vector<std::string> levels;
  for (const char *level : {"x86-64-v3", "x86-64-v4", "native"}) {
    try {
      Program(model("cases", "M1"), {.target = level}).kernel("assess()", Mapping::single);
      levels.push_back(level);
    } catch (const Error &) {
    }
  }
  return levels;
}

const aot::LibraryOptions digitsOptions = {.name = "digits",
                                           .operations = {{.request = "gradient(W, b)"}},
                                           .cpuLevels = {"native", "x86-64-v3", "x86-64-v4"}};

/// What the JIT prints for one level.
std::string jitBits(const Folder &folder, const std::string &level) {
  Program program(model("digits", "digits"), {.target = level});
  KernelHandle kernel = program.kernel("gradient(W, b)", Mapping::single);
  FILE *out = std::fopen(folder.file("jit").c_str(), "w");
  EXPECT_EQ(digits_run(kernel.run, kernel.workspace, out), GF_OK);
  std::fclose(out);
  return contents(folder.file("jit"));
}

TEST(Library, GivesTheBitsOfTheJitToACProgramAtEachLevel) {
  if (!hasCompiler())
    GTEST_SKIP() << "no C compiler 'cc' on this machine";
  Folder folder;
  aot::writeLibrary(model("digits", "digits"), digitsOptions, folder.path / "out");
  // In a folder of its own, so that nothing else can be included.
  std::filesystem::copy_file(source + "/tests/aot/library_main.c", folder.path / "library_main.c");
  ASSERT_TRUE(run("cd " + folder.path.string() +
                  " && cc -std=c99 -D_ISOC11_SOURCE -pedantic -Wall -Wextra -Werror library_main.c "
                  "-Iout/include -Lout/lib -ldigits -o program"));
  EXPECT_TRUE(run("! ldd " + folder.file("program") + " | grep -Ei 'llvm|mlir|torch|stdc'"));
  const std::vector<std::string> levels = runnableLevels();
  EXPECT_THAT(levels, testing::Contains("x86-64-v3"));
  for (const std::string &level : levels) {
    ASSERT_TRUE(run(folder.file("program") + " " + level + " > " + folder.file("ahead"))) << level;
    EXPECT_EQ(contents(folder.file("ahead")), jitBits(folder, level)) << level;
  }
  ASSERT_TRUE(run(folder.file("program") + " > " + folder.file("ahead")));
  EXPECT_EQ(contents(folder.file("ahead")), jitBits(folder, "native")) << "the best level by itself";
}

void addBits(std::string &text, const Array &array) {
  for (int64_t i = 0; i < array.elementCount(); ++i) {
    char line[20];
    std::snprintf(line, sizeof line, "%016llx\n",
                  static_cast<unsigned long long>(std::bit_cast<uint64_t>(array.values<double>()[i])));
    text += line;
  }
}

/// What library_main.cpp prints for one thread, from the JIT.
std::string jitResults() {
  Program program(model("cases", "PL"), {.real = Precision::f64, .target = "native"});
  Inputs inputs;
  inputs.arguments["s"] = Array::from<double>({1, 2, 0.5, 1, 3});
  std::string text;
  const Outcome drawn = program.run("simulate()", inputs, {.seed = 11, .instances = 37});
  inputs.choices = {{"mu", Array::scalar(0.4)}, {"y/*", Array::from<double>({0.3, -1, 0.8, 2, 0.1})}};
  const Outcome fit = program.run("gradient(mu)", inputs);
  for (const Array &array : {fit.score, fit.choiceGradients.at("mu"), drawn.choices.at("mu"),
                             drawn.choices.at("y/*"), drawn.score, drawn.returnValue})
    addBits(text, array);
  return text;
}

TEST(Library, ServesTwoThreadsOfACppProgramWithoutAllocating) {
  if (!hasCompiler())
    GTEST_SKIP() << "no C++ compiler 'c++' on this machine";
  Folder folder;
  aot::writeLibrary(model("cases", "PL"),
                    {.name = "pl",
                     .operations = {aot::parseOperation("fit = gradient(mu)"),
                                    aot::parseOperation("draw = simulate() @ instances")},
                     .real = Precision::f64,
                     .cpuLevels = {"native"}},
                    folder.path / "out");
  std::filesystem::copy_file(source + "/tests/aot/library_main.cpp", folder.path / "library_main.cpp");
  ASSERT_TRUE(run("cd " + folder.path.string() +
                  " && c++ -std=c++17 -pedantic -Wall -Wextra -Wconversion -Wsign-conversion "
                  "-Wold-style-cast -Wshadow -Werror -O2 library_main.cpp -Iout/include "
                  "-Lout/lib -lpl -pthread -o program"));
  EXPECT_TRUE(run(folder.file("program") + " > " + folder.file("results")))
      << contents(folder.file("results"));
  EXPECT_EQ(contents(folder.file("results")), "0 allocations\n" + jitResults() + jitResults());
}

/// Symbols as nm prints them, by kind: `T name`.
std::vector<std::string> symbols(const Folder &folder, const std::string &flags, const std::string &library) {
  EXPECT_TRUE(run("nm " + flags + " " + library + " | awk 'NF > 1 {print $(NF-1), $NF}' | sort > " +
                  folder.file("symbols")));
  return lines(contents(folder.file("symbols")));
}

TEST(Library, ExportsItsOwnFunctionsOnly) {
  if (!run("nm --version > /dev/null 2>&1"))
    GTEST_SKIP() << "no nm on this machine";
  Folder folder;
  aot::LibraryOptions options = {.name = "pl",
                                 .operations = {aot::parseOperation("fit = gradient(mu)"),
                                                aot::parseOperation("simulate() @ instances")}};
  const auto exported = ElementsAre("T pl_abi_version", "T pl_cpu_level", "T pl_fit", "T pl_fit_kernel",
                                    "T pl_fit_kernel_workspace", "T pl_fit_workspace", "T pl_manifest",
                                    "T pl_set_cpu_level", "T pl_simulate", "T pl_simulate_kernel",
                                    "T pl_simulate_kernel_workspace", "T pl_simulate_workspace");
  aot::writeLibrary(model("cases", "PL"), options, folder.path);
  options.shared = true;
  aot::writeLibrary(model("cases", "PL"), options, folder.path);
  EXPECT_THAT(symbols(folder, "-g --defined-only", folder.file("lib/libpl.a")), exported);
  EXPECT_THAT(symbols(folder, "-D --defined-only", folder.file("lib/libpl.so")), exported);
  for (const std::string &symbol : symbols(folder, "-u", folder.file("lib/libpl.a")))
    EXPECT_THAT(symbol,
                testing::AnyOf("U memcpy", "U memset", "U memmove", "U bcmp", "U _GLOBAL_OFFSET_TABLE_"));
  // Nothing runs when the library is loaded.
  EXPECT_TRUE(run("! readelf -SW " + folder.file("lib/libpl.so") + " | grep -E 'init_array|ctors|\\.init'"));
}

TEST(Library, IsPositionIndependent) {
  if (!hasCompiler())
    GTEST_SKIP() << "no C compiler 'cc' on this machine";
  Folder folder;
  aot::LibraryOptions options = digitsOptions;
  options.cpuLevels = {"x86-64-v3"};
  aot::writeLibrary(model("digits", "digits"), options, folder.path);
  EXPECT_TRUE(run("cc -shared -Wl,-z,text -Wl,--whole-archive " + folder.file("lib/libdigits.a") +
                  " -Wl,--no-whole-archive -o " + folder.file("all.so")));
}

TEST(Library, IsTheSameFromRunToRunAndNamesNoFolder) {
  Folder first, second;
  for (bool shared : {false, true}) {
    aot::LibraryOptions options = digitsOptions;
    options.shared = shared;
    options.checked = true;
    options.cpuLevels = {"x86-64-v4", "x86-64-v3"};
    for (const Folder *folder : {&first, &second})
      aot::writeLibrary(model("digits", "digits"), options, folder->path);
    for (const std::filesystem::path &file : aot::libraryFiles("digits", shared)) {
      const std::string text = contents(first.path / file);
      EXPECT_FALSE(text.empty()) << file;
      EXPECT_TRUE(text == contents(second.path / file)) << file;
      EXPECT_EQ(text.find(source), std::string::npos) << file;
      EXPECT_EQ(text.find(first.path.string()), std::string::npos) << file;
    }
  }
  EXPECT_NE(contents(first.path / "lib/libdigits.a").find("digits.mlir:"), std::string::npos);
}

std::string errorOfLibrary(const aot::LibraryOptions &options,
                           const std::filesystem::path &path = "/nowhere") {
  return errorOf([&] { aot::writeLibrary(model("digits", "digits"), options, path); });
}

TEST(Library, RefusesWrongOptions) {
  const std::vector<aot::Operation> good = {{.request = "assess()"}};
  EXPECT_EQ(errorOfLibrary({.name = "d", .operations = {}}),
            "library 'd': expected one operation or more, got none");
  for (const char *name : {"int", "gf", "memcpy", "stdin"})
    EXPECT_EQ(
        errorOfLibrary({.name = name, .operations = good}),
        "library: expected a name that is an identifier of C and C++ and no name of their libraries, got '" +
            std::string(name) + "'");
  EXPECT_EQ(errorOfLibrary({.name = "d", .operations = good, .targets = {"cuda"}}),
            "library 'd': expected the target cpu besides cuda, got cuda alone");
  EXPECT_EQ(
      errorOfLibrary({.name = "d", .operations = good, .targets = {"cpu", "cuda"}, .cudaArchitectures = {}}),
      "library 'd': expected one CUDA architecture or more, got none");
  EXPECT_EQ(errorOfLibrary({.name = "d", .operations = good, .targets = {"tpu"}}),
            "library 'd': expected a target cpu or cuda, got 'tpu'");
  EXPECT_EQ(errorOfLibrary({.name = "d", .operations = good, .cpuLevels = {}}),
            "library 'd': expected one CPU level or more, got none");
  EXPECT_EQ(errorOfLibrary({.name = "d", .operations = good, .cpuLevels = {"x86-64-v2"}}),
            "expected a cpu target native, x86-64-v4 or x86-64-v3, got 'x86-64-v2'");
  EXPECT_EQ(errorOfLibrary({.name = "d", .operations = {good[0], good[0]}}),
            "operation 'assess()': expected a name of its own, got 'assess', which clashes with 'assess()' "
            "(give one: 'NAME = assess()')");
  EXPECT_EQ(
      errorOfLibrary({.name = "d", .operations = {{.request = "assess()", .name = "manifest"}}}),
      "operation 'assess()': expected a name of its own, got 'manifest', which clashes with the library "
      "itself (give one: 'NAME = assess()')");
  EXPECT_EQ(
      errorOfLibrary({.name = "d", .operations = {{.request = "assess()", .batched = {"xs"}}}}),
      "operation 'assess()': expected the mapping instances or elements with batched arrays, got single");
  EXPECT_EQ(errorOfLibrary(
                {.name = "d",
                 .operations = {{.request = "assess()", .mapping = Mapping::instances, .shared = {"z"}}}}),
            "operation 'assess()': expected names of given choices after 'shared', got 'z'");
  const aot::LibraryOptions ragged = {
      .name = "d",
      .operations = {{.request = "gradient(mu)", .mapping = Mapping::instances, .batched = {"s_offsets"}}}};
  EXPECT_EQ(
      errorOf([&] { aot::writeLibrary(model("cases", "MM"), ragged, "/nowhere"); }),
      "operation 'gradient(mu)': expected offsets that all instances share, got 's_offsets' after 'batched' "
      "(rows are the same for all instances)");
  EXPECT_THAT(errorOfLibrary({.name = "d", .operations = {{.request = "gradient(nobody)"}}}),
              testing::AllOf(HasSubstr("nobody"), HasSubstr(source + "/tests/models/digits.mlir:")))
      << "messages of the compiler name the whole path";
}

TEST(Library, ChangesNothingAfterAnError) {
  Folder folder;
  aot::LibraryOptions options = {.name = "m", .operations = {{.request = "assess()"}}};
  const Model m = model("cases", "M1");
  std::filesystem::create_directories(folder.path / "m.json"); // a folder where a file has to go
  EXPECT_EQ(errorOf([&] { aot::writeLibrary(m, options, folder.path); }),
            "cannot write the file '" + folder.file("m.json") + "': it is a folder");
  for (const auto &entry : std::filesystem::recursive_directory_iterator(folder.path))
    EXPECT_TRUE(entry.is_directory()) << entry.path();
  std::ofstream(folder.file("file")) << "text";
  EXPECT_THAT(errorOf([&] { aot::writeLibrary(m, options, folder.path / "file"); }),
              HasSubstr("cannot make the folder '" + folder.file("file/lib") + "': "));
}

/// Names that mean something in C or C++, or that meet.
TEST(Library, MakesIdentifiersOfAnyNames) {
  if (!hasCompiler())
    GTEST_SKIP() << "no C++ compiler 'c++' on this machine";
  const Model odd = Model::parse(R"(
gen.func @odd(%a: f64 {gen.name = "int"}, %b: f64 {gen.name = "run"}, %c: f64 {gen.name = "2 x"},
              %d: f64 {gen.name = "score"}, %e: f64 {gen.name = "odd"}) {
  %0 = gen.sample "x/y" normal(%a, %b) : (f64, f64) -> f64
  %1 = gen.sample "x_y" normal(%c, %d) : (f64, f64) -> f64
  %2 = gen.sample "class" normal(%e, %d) : (f64, f64) -> f64
  gen.return
})");
  Folder folder;
  aot::writeLibrary(odd, {.name = "lib", .operations = {{.request = "gradient(x/y, x_y)", .name = "odd"}}},
                    folder.path);
  const std::string header = contents(folder.path / "include/lib.h");
  std::vector<std::string> members;
  for (const std::string &line : lines(header))
    if (line.rfind("  gf_array ", 0) == 0)
      members.push_back(line.substr(11, line.find(';') - 11));
  EXPECT_THAT(members, ElementsAre("int_value", "run_2", "at_2_x", "score", "odd_2", "x_y", "x_y_2",
                                   "class_value", "score_2", "x_y_gradient", "x_y_gradient_2"));
  std::ofstream(folder.file("all.cpp"))
      << "#include \"lib.hpp\"\nint main() { lib::odd all; return !all.x_y.data(); }";
  EXPECT_TRUE(run("c++ -Wall -Wextra -Werror -c " + folder.file("all.cpp") + " -I" + folder.file("include") +
                  " -o " + folder.file("all.o")));
}

TEST(OperationText, IsRead) {
  aot::Operation fit = aot::parseOperation("fit = gradient( mu,x ) @ instances; shared: y/*, z; batched: s");
  EXPECT_EQ(fit.name, "fit");
  EXPECT_EQ(fit.request, "gradient(mu, x)");
  EXPECT_EQ(fit.mapping, Mapping::instances);
  EXPECT_THAT(fit.shared, ElementsAre("y/*", "z"));
  EXPECT_THAT(fit.batched, ElementsAre("s"));
  EXPECT_EQ(aot::parseOperation("update(y/[]; args: s~)").request, "update(y/[]; args: s~)");
  EXPECT_EQ(aot::parseOperation("assess()", Mapping::elements).mapping, Mapping::elements);
  EXPECT_EQ(errorOf([] { aot::parseOperation("int = assess()"); }),
            "operation 'int = assess()': expected an identifier before '=', got 'int'");
  EXPECT_EQ(
      errorOf([] { aot::parseOperation("assess() @ lanes"); }),
      "operation 'assess() @ lanes': expected instances, elements, single, 'batched: names' or 'shared: "
      "names' after '@', got 'lanes'");
  EXPECT_THAT(errorOf([] { aot::parseOperation("asess()"); }), HasSubstr("asess"));
}

} // namespace
